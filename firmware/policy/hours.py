"""Times of day and days of the week at which something holds, in local time."""

ALL_DAYS = 127


def span(text):
    """ "06:30-08:30" -> (390, 510) minutes after midnight; ValueError with a sentence."""
    parts = text.split("-")
    if len(parts) == 2:
        begin, end = _minute(parts[0]), _minute(parts[1])
        if begin is not None and end is not None and begin < end:
            return begin, end
    raise ValueError('"%s" is not a span of hours such as "06:30-08:30"' % text)


def _minute(text):
    if len(text) != 5 or text[2] != ":" or not (text[:2].isdigit() and text[3:].isdigit()):
        return None
    hour, minute = int(text[:2]), int(text[3:])
    return hour * 60 + minute if minute < 60 and hour * 60 + minute <= 1440 else None


def local(utc_ms, offset_min):
    """-> (minute of the day, day of the week from 0 = Monday); (None, None) if unknown."""
    if utc_ms is None:
        return None, None
    days, minute = divmod(utc_ms // 60000 + offset_min, 1440)
    return minute, (days + 3) % 7  # 1970 began on a Thursday


def hold(hours, minute, day):
    """Do these hours hold at a local time? -> bool. Unknown time (None): True, the stricter side.

    hours: (spans, days). spans: (begin, end) in minutes of the day; without any, the whole
    day. days: int, bit 0 = Monday.
    """
    spans, days = hours
    if minute is None:
        return True
    if not days >> day & 1:
        return False
    if not spans:
        return True
    for begin, end in spans:
        if begin <= minute < end:
            return True
    return False
