"""People: who they are, how they prove it, their sessions. station/accounts.py puts it together."""
