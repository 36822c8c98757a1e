"""The fixed clock and the calendar of the case world."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 16, 9, 0, tzinfo=timezone.utc)  # a Monday, 10:00 in Berlin


def berlin(text, fold=0):
    """The UTC instant of a Berlin wall-clock time such as "2026-10-25 02:30"; fold 1 is the second 02:30."""
    wall = datetime.fromisoformat(text)
    return wall.replace(tzinfo=BERLIN, fold=fold).astimezone(timezone.utc)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def month_end(year, month):
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


def random_instant(random, start, end):
    seconds = int((end - start).total_seconds())
    return start + timedelta(seconds=random.randrange(seconds))
