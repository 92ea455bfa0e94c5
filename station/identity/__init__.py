"""Who may speak for a bus, and what the city signs."""
