"""GTFS Realtime 2.0: where the buses are (VehiclePositions), and where none can pass (Alerts).

Source: GTFS Realtime reference 2.0. Each feed keeps the rules of MobilityData's
gtfs-realtime-validator; E012, W006 and the like are their names there.
"""
