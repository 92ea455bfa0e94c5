"""A message comes, is checked and is stored. Start with ingest.py."""
