"""Stops, schools, zones and routes of a fleet, for the map."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import select

from station.api.guards import NAME, TheStation, Viewer
from station.db.tables import policies
from station.policy.map_features import map_features

router = APIRouter(tags=["places"])
Name = Annotated[str | None, Query(pattern=NAME)]


@router.get("/api/places")
async def of_a_fleet(station: TheStation, who: Viewer, fleet: Name = None) -> dict[str, Any]:
    """GeoJSON; of all fleets of the person if none is named. Empty if the station has no policy."""
    query = select(policies.c.pack).where(who.sight.where(policies.c.fleet))
    if fleet is not None:
        query = query.where(policies.c.fleet == fleet)
    async with station.db.read() as connection:
        packs = (await connection.execute(query)).scalars().all()
    features = [feature for pack in packs for feature in map_features(pack)["features"]]
    return {"type": "FeatureCollection", "features": features}
