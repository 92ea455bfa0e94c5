"""A message comes (mqtt.py), is checked (contract.py) and is stored (store.py)."""
