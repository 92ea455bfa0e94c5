"""What other systems read of the buses now: GeoJSON, GTFS-Realtime, Home Assistant.

All are made from the same buses that the page shows (station/live/). None is public: where children
ride concerns only the city.
"""
