"""A fleet's policy: read from a file (pack.py), drawn on the map (map_features.py) and sent to the
buses, part by part (delivery.py, parts.py)."""
