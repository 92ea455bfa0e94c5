"""What stands before the application: connections, bodies, streams. It keeps the station
answering while somebody tries to use it up."""
