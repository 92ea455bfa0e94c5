"""Reports of a day or a month: what the buses did, as sheets for an office."""
