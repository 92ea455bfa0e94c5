"""What an operator does at the command line, beside `enrol`, `broker` and `release`.

Each command is a file with `add(commands)`."""
