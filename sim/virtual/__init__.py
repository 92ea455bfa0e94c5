"""The virtual board from outside: the process that holds its flash, its wires and its world."""
