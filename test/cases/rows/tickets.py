"""Support cases of case 10: opened, answered in business minutes, solved; the feed stopped on a Saturday."""

from datetime import timedelta

from .clock import BERLIN, berlin, random_instant, utc
from .surveys import EDGES

DDL = """
CREATE SCHEMA zendesk;
CREATE TABLE zendesk.ticket_metrics (
  ticket_id text PRIMARY KEY, account_id text, requester_id text, channel text, opened_at timestamptz, first_public_reply_at timestamptz,
  solved_at timestamptz, reply_minutes_business integer, tags text[], updated_at timestamptz NOT NULL, _synced_at timestamptz NOT NULL);
"""

LAST_SYNC = utc("2026-11-14 05:30:00")
QUIET, BUSY = berlin("2025-09-01 00:00"), berlin("2026-08-01 00:00")


def build(random):
    rows = []

    def add(opened, channel="draw", reply="draw", hours="draw", tags=("vip",), solved=None):
        """One case; reply in business minutes, hours until it is solved, None for neither yet."""
        number = len(rows) + 1
        if channel == "draw":
            channel = random.choices(["email", "chat", "phone", "social", None], [46, 32, 18, 2, 2])[0]
        if reply == "draw":
            reply = None if random.random() < 0.05 else min(2000, max(1, int(random.lognormvariate(4.4, 0.8))))
        if hours == "draw":
            slow = {"email": 3.6, "chat": 2.6, "phone": 3.1}.get(channel, 3.3)
            hours = None if random.random() < 0.16 else random.lognormvariate(slow, 1.0)
        if solved is None and hours is not None:
            solved = opened + timedelta(seconds=int(hours * 3600))
            solved = solved if solved <= LAST_SYNC else None
        answered = None if reply is None else opened + timedelta(minutes=reply) + closed_hours(opened)
        if answered and answered > LAST_SYNC:
            answered = reply = None
        updated = min(solved or answered or opened, LAST_SYNC)
        rows.append((f"Z{number:05d}", f"A{random.randrange(1, 201):04d}", f"C{random.randrange(1, 431):04d}", channel, opened, answered,
                     solved, reply, tags if tags is None else list(tags), updated, min(updated + timedelta(minutes=20), LAST_SYNC)))

    for _ in range(520):
        add(random_instant(random, QUIET, BUSY), tags=dirty_tags(random))
    for _ in range(640):
        add(random_instant(random, BUSY, LAST_SYNC), tags=dirty_tags(random))
    for text, fold in EDGES:
        if berlin(text, fold) < LAST_SYNC:
            add(berlin(text, fold), reply=300 if text[5:7] == "11" else 90, hours=400)  # slow ones next to midnight: a shifted week or month shows
    planted(add)
    first = rows[0]
    rows[0] = first[:-1] + (LAST_SYNC,)
    return [("zendesk.ticket_metrics", rows)]


def closed_hours(opened):
    """About how long the office is closed between the case and its answer."""
    local = opened.astimezone(BERLIN)
    weekend = max(0, local.weekday() - 4)
    return timedelta(hours=16 if local.hour >= 13 or local.hour < 8 else 0) + timedelta(days=3 - weekend if weekend else 0)


def dirty_tags(random):
    return random.choices([(), ("vip",), ("spam",), ("vip", "spam"), ("antispam", "billing"), None], [55, 20, 5, 3, 12, 5])[0]


def planted(add):
    week = berlin("2026-11-03 10:00")
    for minutes in (239, 240, 240, 241, 0):  # at most four hours: 240 minutes are in time
        add(week, reply=minutes, hours=30)
    add(week, reply=-15, hours=30)  # a clock that went wrong
    for opened in ("2026-11-14 02:29", "2026-11-14 02:30", "2026-11-14 05:00"):  # Berlin: four hours before the last load, and within
        add(berlin(opened), reply=None, hours=None)
    month = berlin("2026-10-12 09:00")
    add(month, channel="email", hours=0)  # solved as it was opened
    add(month, channel="email", hours=-3)  # before it was opened
    add(month, channel="chat", solved=utc("2026-12-01 08:00:00"))  # a date that has not come: open
    add(month, channel="email", tags=("spam",), hours=0)
    for _ in range(11):  # an incident nobody has closed: without these October looks quick
        add(month, channel="phone", reply=30, hours=None)
