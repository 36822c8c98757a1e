"""Periods in a zone, and how final they are as of the fixed clock."""

import statistics
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from scipy.stats import poisson

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=timezone.utc)
SHOWN = 8  # periods in the expected answers, the running one included
MINIMUM_SAMPLE = 30
GUARD_PERIODS, GUARD_MINIMUM, GUARD_RATIO, GUARD_CHANCE = 6, 3, 0.5, 0.001


@dataclass
class Period:
    label: str
    start: datetime
    end: datetime
    window_start: datetime
    first_day: date  # of the window
    last_day: date  # the day after the period's last


def midnight(day, zone):
    return datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(timezone.utc)


def months(count, zone, window=1):
    """The last count months up to the running one, oldest first."""
    today = NOW.astimezone(ZoneInfo(zone)).date()
    def first(back):
        index = today.year * 12 + today.month - 1 - back
        return date(index // 12, index % 12 + 1, 1)
    return [
        Period(f"{first(back):%Y-%m}", midnight(first(back), zone), midnight(first(back - 1), zone),
               midnight(first(back + window - 1), zone), first(back + window - 1), first(back - 1))
        for back in range(count - 1, -1, -1)
    ]


def weeks(count, zone, window=1):
    today = NOW.astimezone(ZoneInfo(zone)).date()
    monday = today - timedelta(days=today.weekday())
    made = []
    for back in range(count - 1, -1, -1):
        start = monday - timedelta(weeks=back)
        since = start - timedelta(weeks=window - 1)
        year, week, _ = start.isocalendar()
        made.append(Period(f"{year}-W{week:02d}", midnight(start, zone), midnight(start + timedelta(weeks=1), zone),
                           midnight(since, zone), since, start + timedelta(weeks=1)))
    return made


def quarters(count, zone, fiscal_start=1):
    """Quarters of fiscal years, which are named by the calendar year that they end in."""
    today = NOW.astimezone(ZoneInfo(zone)).date()
    begun = today.year * 12 + today.month - 1 - (today.month - fiscal_start) % 3
    def first(back):
        return date((begun - 3 * back) // 12, (begun - 3 * back) % 12 + 1, 1)
    def label(day):
        year = day.year + (fiscal_start > 1 and day.month >= fiscal_start)
        quarter = (day.month - fiscal_start) % 12 // 3 + 1
        return f"{'FY' if fiscal_start > 1 else ''}{year}-Q{quarter}"
    return [Period(label(first(back)), midnight(first(back), zone), midnight(first(back - 1), zone),
                   midnight(first(back), zone), first(back), first(back - 1)) for back in range(count - 1, -1, -1)]


def moment(stamp):
    return datetime.fromisoformat(stamp.replace("Z", "+00:00"))


def state(period, watermark, maturity=timedelta(0)):
    """Running, Maturing or Mature, as of the clock or of the data, whichever is behind."""
    as_of = min(NOW, watermark)
    if as_of < period.end:
        return "Running"
    return "Maturing" if as_of < period.end + maturity else "Mature"


def collapsed(counts, none=False):
    """For each (judged, rows), oldest first: whether rows are under half the median of the last six good ones, and fewer than
    chance (Poisson) brings about once in a thousand. Where none at all would be a value, that is judged too."""
    good, verdicts = [], []
    for judged, count in counts:
        reference = good[-GUARD_PERIODS:]
        usual = statistics.median(reference) if len(reference) >= GUARD_MINIMUM else 0
        bad = judged and (none or count > 0) and count < GUARD_RATIO * usual and poisson.cdf(count, usual) < GUARD_CHANCE
        verdicts.append(bool(bad))
        if judged and count and not bad:
            good.append(count)
    return verdicts


def sample_flag(estimate, minimum=MINIMUM_SAMPLE):
    """NoData where there is no value, or InsufficientSample; where answers belong to entities, entities are what counts."""
    if estimate["n"] == 0 or estimate["value"] is None:
        return "NoData"
    return "InsufficientSample" if estimate.get("entities", estimate["n"]) < minimum else None


def answer(period, estimate, how_final, flag=None, minimum=MINIMUM_SAMPLE, **more):
    """One entry of periods[] in expected.json."""
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    result = {"label": period.label, "start": period.start.strftime(stamp), "end": period.end.strftime(stamp),
              "windowStart": period.window_start.strftime(stamp), "state": how_final}
    flag = flag or sample_flag(estimate, minimum)
    if flag:
        result["flag"] = flag
    return {**result, **estimate, **more}


def suppress(segments, size, minimum=10, sample=MINIMUM_SAMPLE):
    """Marks segments under the minimum, and the next smallest with them until they are two and as many as the minimum
    together, or the total would give them away."""
    small = {name for name in segments if size(segments[name]) < minimum}
    rest = sorted((name for name in segments if name not in small), key=lambda name: (size(segments[name]), name))
    while small and rest and (len(small) == 1 or sum(size(segments[name]) for name in small) < minimum):
        small.add(rest.pop(0))
    for name, segment in segments.items():
        if flag := sample_flag(segment, sample):
            segment["flag"] = flag
        segment["suppressed"] = name in small
    return segments


def latest_mature(answers):
    """The newest mature period that has a value to stand on."""
    return [a for a in answers if a["state"] == "Mature" and a.get("flag") not in ("NoData", "SuspectData")][-1]["label"]
