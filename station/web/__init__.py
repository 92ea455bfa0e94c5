"""The page: what the browser gets. Everything it shows it fetches from the station's HTTP API."""
