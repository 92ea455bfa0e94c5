"""What the station's page takes from npm: Leaflet, street tiles, Thai letters, Thailand's outline.

station/web/package.json names the packages, its lock file pins and checks them. They are
installed into a folder that goes away again; what the browser needs stays in
station/web/static/vendor, which git ignores.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import npm

WEB = Path(__file__).resolve().parents[1] / "station" / "web"
VENDOR = WEB / "static" / "vendor"
ATLAS = "world-atlas/countries-10m.json"
THAILAND = "764"  # ISO 3166-1, the id in world-atlas
LICENSES = ("leaflet", "protomaps-leaflet", "world-atlas", "@fontsource/noto-sans-thai")
COPIED = (
    "leaflet/dist/leaflet.js",
    "leaflet/dist/leaflet.css",
    "protomaps-leaflet/dist/protomaps-leaflet.js",
    *(
        f"@fontsource/noto-sans-thai/files/noto-sans-thai-{script}-{weight}-normal.woff2"
        for script in ("thai", "latin")
        for weight in (400, 700)
    ),
)


def outline(atlas: dict, country: str) -> dict:
    """TopoJSON (github.com/topojson/topojson-specification) -> GeoJSON of one country's borders.

    Degrees with four decimals, about ten metres.
    """
    (x0, y0), (kx, ky) = atlas["transform"]["translate"], atlas["transform"]["scale"]

    def arc(number: int) -> list[list[float]]:
        points, x, y = [], 0, 0
        for dx, dy in atlas["arcs"][number if number >= 0 else ~number]:
            x, y = x + dx, y + dy
            points.append([round(x0 + x * kx, 4), round(y0 + y * ky, 4)])
        return points if number >= 0 else points[::-1]

    def ring(numbers: list[int]) -> list[list[float]]:
        points = arc(numbers[0])
        for number in numbers[1:]:
            points += arc(number)[1:]
        return points

    shapes = atlas["objects"]["countries"]["geometries"]
    shape = next(s for s in shapes if s.get("id") == country)
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    rings = [[ring(numbers) for numbers in polygon] for polygon in polygons]
    return {"type": "MultiPolygon", "coordinates": rings}


def install() -> None:
    """Fill VENDOR. Raises CalledProcessError if npm or pip fails."""
    with tempfile.TemporaryDirectory(prefix="busguard-web-") as name:
        fill(npm.install(WEB, Path(name)))


def fill(modules: Path) -> None:
    """Copy what the browser needs, with the licences, and derive Thailand's outline."""
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for file in COPIED:
        shutil.copy(modules / file, fresh)
    for package in LICENSES:
        shutil.copy(modules / package / "LICENSE", fresh / f"LICENSE.{Path(package).name}.txt")
    shape = outline(json.loads((modules / ATLAS).read_text("utf-8")), THAILAND)
    (fresh / "thailand.json").write_text(json.dumps(shape, separators=(",", ":")), "utf-8")
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


def main() -> int:
    try:
        install()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"The page's files could not be fetched from npm: {error}", file=sys.stderr)
        print("Is there a way to the internet? Try again: make setup", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
