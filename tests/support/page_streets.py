"""A small file of streets: the simulated town's roads as vector tiles in a .pmtiles archive.

What Protomaps' basemap has in large: Mapbox Vector Tile 2.1 in PMTiles 3, layers `earth` and
`roads` with a `kind` each.
"""

from __future__ import annotations

import gzip
import math
from pathlib import Path

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import write

EXTENT = 4096
ZOOMS = range(9, 16)
LINE, POLYGON = 2, 3


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def field(number: int, value: int | bytes) -> bytes:
    """Protocol Buffers: a whole number, or bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def geometry(points: list[tuple[int, int]], closed: bool) -> bytes:
    """MoveTo the first, LineTo the rest (MVT 2.1, section 4.3)."""
    words, at = [1 << 3 | 1], (0, 0)
    for i, point in enumerate(points):
        if i == 1:
            words.append((len(points) - 1) << 3 | 2)
        steps = [b - a for a, b in zip(at, point, strict=True)]
        words += [step << 1 if step >= 0 else -step * 2 - 1 for step in steps]
        at = point
    return b"".join(map(varint, [*words, *([15] if closed else [])]))


def layer(name: str, kind: str, shape: int, lines: list[list[tuple[int, int]]]) -> bytes:
    features = [
        field(2, field(2, b"\0\0") + field(3, shape) + field(4, geometry(line, shape == POLYGON)))
        for line in lines
    ]
    named = field(1, name.encode()) + b"".join(features) + field(3, b"kind")
    return field(3, field(15, 2) + named + field(4, field(1, kind.encode())) + field(5, EXTENT))


def place(lat: float, lon: float, zoom: int) -> tuple[float, float]:
    """In tiles, from the north-west corner of the world (Web Mercator)."""
    north = math.asinh(math.tan(math.radians(lat)))
    return (lon + 180) / 360 * 2**zoom, (1 - north / math.pi) / 2 * 2**zoom


def tile(zoom: int, x: int, y: int, roads: list[list[list[float]]]) -> bytes:
    square = [(0, 0), (EXTENT, 0), (EXTENT, EXTENT), (0, EXTENT)]
    lines = []
    for road in roads:
        spots = [place(lat, lon, zoom) for lat, lon in road]
        lines.append([(round((a - x) * EXTENT), round((b - y) * EXTENT)) for a, b in spots])
    body = layer("earth", "earth", POLYGON, [square]) + layer("roads", "major_road", LINE, lines)
    return gzip.compress(body, mtime=0)


def make(path: Path, roads: list[list[list[float]]]) -> None:
    """roads: lines of [lat, lon], as a policy has them."""
    points = [point for road in roads for point in road]
    south, north = min(p[0] for p in points), max(p[0] for p in points)
    west, east = min(p[1] for p in points), max(p[1] for p in points)
    with write(path) as archive:
        for zoom in ZOOMS:
            (x0, y0), (x1, y1) = place(north, west, zoom), place(south, east, zoom)
            for x in range(int(x0), int(x1) + 1):
                for y in range(int(y0), int(y1) + 1):
                    archive.write_tile(zxy_to_tileid(zoom, x, y), tile(zoom, x, y, roads))
        archive.finalize(
            {
                "tile_type": TileType.MVT, "tile_compression": Compression.GZIP,
                "min_lon_e7": int(west * 1e7), "min_lat_e7": int(south * 1e7),
                "max_lon_e7": int(east * 1e7), "max_lat_e7": int(north * 1e7),
                "center_zoom": 12, "center_lon_e7": int(west * 1e7),
                "center_lat_e7": int(south * 1e7),
            },
            {"vector_layers": []},
        )  # fmt: skip
