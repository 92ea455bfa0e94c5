"""What other systems read of the present: GeoJSON, GTFS-Realtime, Home Assistant.

All of them are made from the same buses that the page shows (live.py). None is public:
where children ride is nobody's business but the city's.
"""
