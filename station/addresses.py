"""Where a question comes from.

Only a proxy that the operator has named (STATION_PROXIES) may say for whom it asks; everything else
counts as coming from the other end of its socket.
"""

from __future__ import annotations

import ipaddress

_ONE_SITE = 64
"""Bits of an IPv6 address that a provider gives to one house: the rest anybody chooses freely."""


def networks(text: str) -> list[str]:
    """ "127.0.0.1, 10.0.0.0/8" -> the same, one by one. ValueError names what is no address."""
    found = [part.strip() for part in text.split(",") if part.strip()]
    for part in found:
        try:
            ipaddress.ip_network(part)
        except ValueError:
            raise ValueError(f"{part!r} is no address or network, such as 10.0.0.0/8") from None
    return found


def is_among(address: str, proxies: list[str]) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(ip in ipaddress.ip_network(one) for one in proxies)


def plain(address: str) -> str:
    """An IPv4 address as such: a socket for IPv6 calls it ::ffff:192.0.2.1."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return address if mapped is None else str(mapped)


def site(address: str) -> str:
    """What is counted as one address: of IPv6 the first 64 bits."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, _ONE_SITE), strict=False))
