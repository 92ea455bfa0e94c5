"""What lies between a bus and the city: sockets, brokers, and all that goes wrong there."""
