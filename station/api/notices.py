"""Notices that were not delivered: administrators see them, and can send one again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from pydantic import BaseModel

from station.api.guards import Admin, TheStation, note_access, problems

router = APIRouter(tags=["notices"])


class Notice(BaseModel):
    id: int
    alarm_id: int
    route: str
    stage: str
    title: str
    made_at: str
    tries: int
    error: str | None
    dead_at: str | None


@router.get("/api/notices", response_model=list[Notice])
async def undelivered(station: TheStation, who: Admin) -> list[dict]:
    """Notices that were given up (`dead_at`) or wait for the next try, the newest first."""
    return await station.notice_queue.listed()


@router.post("/api/notices/{number}/retry", status_code=204, responses=problems(404))
async def retry(
    number: Annotated[int, Path(ge=1, le=2**62)], station: TheStation, who: Admin
) -> None:
    """A notice that was given up is tried again at once."""
    if not await station.notice_queue.again(number):
        raise HTTPException(404, f"No notice {number} was given up.")
    await note_access(station, who, "notice", note=str(number))
