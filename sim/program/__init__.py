"""The program as boards take it: compiled, packed into one file, and as a signed release."""
