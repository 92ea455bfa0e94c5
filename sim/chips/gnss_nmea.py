"""NMEA 0183 v4.1 as the ATGM336H writes it: a Report -> the body of each sentence."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import lru_cache

from sim.chips.gnss_error import Solution

_DAY_MS = 86_400_000
_IN_VIEW = ("02,67,041,44", "05,33,201,41", "12,18,317,38", "15,51,122,45",
            "20,24,066,37", "24,72,350,46", "25,09,284,31", "29,40,160,42",
            "193,61,084,40", "06,12,011,30", "07,29,240,39", "09,45,099,43")  # fmt: skip
_FIXED_IDS = ["02", "05", "12", "15", "20", "24", "25", "29", "06", "07", "09", "193"]


class Report:
    """Everything that the sentences of one epoch share, formatted once."""

    __slots__ = ("day", "day_month_year", "place", "sky", "solution", "talker", "time")

    def __init__(self, talker: str, utc_ms: int, dated: bool, solution: Solution | None, sky: str):
        day, ms = divmod(utc_ms, _DAY_MS)
        seconds, ms = divmod(ms, 1000)
        self.talker = talker
        self.time = "%02d%02d%02d.%03d" % (  # noqa: UP031 - three times as fast
            seconds // 3600, seconds // 60 % 60, seconds % 60, ms)  # fmt: skip
        self.day = day if dated else None
        self.solution = solution
        self.sky = sky
        self.place = ",,,"
        if solution:
            lat, lon = solution.lat_e7, solution.lon_e7
            n, e = abs(lat), abs(lon)
            south, west = "S" if lat < 0 else "N", "W" if lon < 0 else "E"
            self.place = "%02d%02d.%05d,%s,%03d%02d.%05d,%s" % (  # noqa: UP031
                *_minutes(n), south, *_minutes(e), west)  # fmt: skip


def _minutes(angle_e7: int) -> tuple[int, int, int]:
    """1e-7 degree, positive -> degrees, minutes, 1e-5 minutes, rounded."""
    degrees, rest = divmod((angle_e7 * 6 + 5) // 10, 6_000_000)
    return degrees, rest // 100_000, rest % 100_000


@lru_cache(maxsize=4)
def _date(day: int | None) -> tuple[str, str]:
    """Days since 1970 -> ddmmyy and dd,mm,yyyy; before it knows, it is 6 January 1980."""
    date = datetime(1980, 1, 6, tzinfo=timezone.utc)
    if day is not None:
        date = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(days=day)
    return date.strftime("%d%m%y"), date.strftime("%d,%m,%Y")


def _rmc(r: Report, out: list[str]) -> None:
    date = _date(r.day)[0]
    s = r.solution
    if s is None:
        out.append(f"{r.talker}RMC,{r.time},V,,,,,,,{date},,,N,V")
        return
    knots_e2 = (s.speed_mms * 900 + 2315) // 4630
    out.append(
        "%sRMC,%s,A,%s,%d.%02d,%d.%02d,%s,,,A,V"  # noqa: UP031
        % (
            r.talker,
            r.time,
            r.place,
            knots_e2 // 100,
            knots_e2 % 100,
            s.course_cdeg // 100,
            s.course_cdeg % 100,
            date,
        )  # fmt: skip
    )


def _gga(r: Report, out: list[str]) -> None:
    s = r.solution
    if s is None:
        out.append(f"{r.talker}GGA,{r.time},,,,,0,00,25.5,,,,,,")
        return
    out.append(
        "%sGGA,%s,%s,1,%02d,%d.%02d,%d.%d,M,-27.6,M,,"  # noqa: UP031
        % (
            r.talker,
            r.time,
            r.place,
            s.sats,
            s.hdop_e2 // 100,
            s.hdop_e2 % 100,
            s.altitude_dm // 10,
            s.altitude_dm % 10,
        )  # fmt: skip
    )


def _gll(r: Report, out: list[str]) -> None:
    out.append(f"{r.talker}GLL,{r.place},{r.time},{'A,A' if r.solution else 'V,N'}")


def _gsa(r: Report, out: list[str]) -> None:
    if r.solution is None:
        out.append(f"{r.talker}GSA,A,1,,,,,,,,,,,,,25.5,25.5,25.5,1")
        return
    ids = (_FIXED_IDS[: r.solution.sats] + [""] * 12)[:12]
    hdop = r.solution.hdop_e2 / 100
    out.append(f"{r.talker}GSA,A,3,{','.join(ids)},{hdop * 1.9:.1f},{hdop:.1f},{hdop * 1.6:.1f},1")


def _gsv(r: Report, out: list[str]) -> None:
    in_view = {"open": _IN_VIEW, "blocked": _IN_VIEW[:3], "jammed": ()}[r.sky]
    total = max(1, -(-len(in_view) // 4))
    for number in range(total):
        four = "".join("," + sat for sat in in_view[4 * number : 4 * number + 4])
        out.append(f"GPGSV,{total},{number + 1},{len(in_view):02d}{four},0")


def _vtg(r: Report, out: list[str]) -> None:
    s = r.solution
    if s is None:
        out.append(f"{r.talker}VTG,,,,,,,,,N")
        return
    knots, kmh = s.speed_mms * 9 / 4630, s.speed_mms * 0.0036
    out.append(f"{r.talker}VTG,{s.course_cdeg / 100:.2f},T,,M,{knots:.2f},N,{kmh:.2f},K,A")


def _zda(r: Report, out: list[str]) -> None:
    out.append(f"{r.talker}ZDA,{r.time},{_date(r.day)[1]},00,00")


SENTENCES = {
    "GGA": _gga, "GLL": _gll, "GSA": _gsa, "GSV": _gsv, "RMC": _rmc, "VTG": _vtg, "ZDA": _zda,
}  # fmt: skip


def finished(bodies: list[str]) -> bytes:
    """Bodies of sentences -> what goes over the wire, checksums and all."""
    return "".join(["$%s*%02X\r\n" % (body, _xor(body)) for body in bodies]).encode()  # noqa: UP031


def _xor(body: str) -> int:
    """Of all characters: the number is folded in halves, up to 128 characters."""
    folded = int.from_bytes(body.encode(), "big")
    for bits in (512, 256, 128, 64, 32, 16, 8):
        folded ^= folded >> bits
    return folded & 0xFF
