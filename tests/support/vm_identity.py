"""In the VM: a TLS connection by an identity.json; argv: its path, the port, names of the broker.

Prints for each name what the broker answers to a CONNECT, or why there is no connection.
"""

import socket
import ssl
import sys

from firmware.identity import read

_CONNECT = b"\x10\x14\x00\x04MQTT\x04\x02\x00\x0a\x00\x08busguard"

with open(sys.argv[1], "rb") as file:
    identity = read(file.read())
for name in sys.argv[3:]:
    raw = socket.socket()
    raw.connect(socket.getaddrinfo("127.0.0.1", int(sys.argv[2]))[0][-1])
    try:
        tls = ssl.wrap_socket(
            raw,
            server_hostname=name,
            cert_reqs=ssl.CERT_REQUIRED,
            cadata=identity.ca,
            cert=identity.cert,
            key=identity.key,
        )
        tls.write(_CONNECT)
        print(name, tls.read(4))
    except ValueError as error:
        print(name, str(error).strip())
    raw.close()
