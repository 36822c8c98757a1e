"""Invitations and answers of case 02: waves by fiscal quarter, most people silent, small customers most of all."""

from datetime import date, datetime, time, timedelta, timezone

from .clock import utc

DDL = """
CREATE SCHEMA survey;
CREATE TABLE survey.invitations (
  invitation_id text PRIMARY KEY, wave_launched_on date NOT NULL, contact_id text, account_id text NOT NULL, plan_at_launch text,
  bounced boolean, _synced_at timestamptz NOT NULL);
CREATE TABLE survey.responses (
  response_id text PRIMARY KEY, invitation_id text NOT NULL, score integer, submitted_at timestamptz NOT NULL, finished boolean);
"""

LAST_SYNC = utc("2026-11-16 02:00:00")
PLANS = ["starter", "business", "enterprise"]
SHARE = {"starter": 58, "business": 30, "enterprise": 12}
EVENLY = {"starter": 0.40, "business": 0.48, "enterprise": 0.55}

# (first day of the quarter, day of the wave, invitations, who answers); fiscal years begin in April.
WAVES = [
    (date(2025, 1, 1), date(2025, 2, 10), 190, {"starter": 0.45, "business": 0.5}),  # enterprise was not sold yet
    (date(2025, 4, 1), date(2025, 4, 1), 170, EVENLY),
    (date(2025, 7, 1), date(2025, 9, 30), 170, {"starter": 0.40, "business": 0.48}),  # and one answer of enterprise: see planted
    (date(2025, 10, 1), date(2025, 11, 4), 180, EVENLY),
    (date(2026, 1, 1), date(2026, 3, 31), 170, EVENLY),
    (date(2026, 4, 1), date(2026, 5, 5), 180, EVENLY),
    (date(2026, 7, 1), date(2026, 9, 30), 520, {"starter": 0.04, "business": 0.24, "enterprise": 0.17}),
    (date(2026, 10, 1), date(2026, 10, 1), 180, EVENLY),
]


class Waves:
    """Collects the rows of the two tables."""

    def __init__(self, random):
        self.random = random
        self.invitations, self.responses = [], []

    def invite(self, launched, contact, plan, account=None, bounced=False):
        identifier = f"I{len(self.invitations) + 1:05d}"
        account = account or f"A{self.random.randrange(1, 201):04d}"
        synced = min(datetime.combine(launched + timedelta(days=25), time(2), timezone.utc), LAST_SYNC)
        self.invitations.append((identifier, launched, contact, account, plan, bounced, synced))
        return identifier

    def answer(self, invitation, launched, score, finished=True, days=None):
        at = datetime.combine(launched, time(9), timezone.utc) + timedelta(days=days or self.random.expovariate(1 / 6))
        at = min(at.replace(microsecond=0), utc("2026-11-15 20:00:00"))
        self.responses.append((f"W{len(self.responses) + 1:05d}", invitation, score, at, finished))

    def build(self):
        random = self.random
        for quarter, day, size, answering in WAVES:
            launches = [day] if size < 400 else [date(2026, 7, 7), day]
            sold = [plan for plan in PLANS if plan in answering or day.year > 2025 or day.month > 3]
            people = random.sample(range(1, 1400), size)
            for number in people:
                contact = f"N{number:04d}"
                plan = random.choices([*sold, None, "legacy"], [SHARE[plan] for plan in sold] + [2, 2])[0]
                launched = random.choice(launches)
                bounced = random.choices([False, True, None], [950, 40, 10])[0]
                invitation = self.invite(launched, contact, plan, bounced=bounced)
                if random.random() < answering.get(plan, 0.4 if plan in (None, "legacy") else 0):
                    base = {"starter": 7.4, "business": 8.4, "enterprise": 8.9}.get(plan, 8)
                    score = max(0, min(10, round(random.gauss(base, 1.9))))
                    self.answer(invitation, launched, score, finished=random.random() > 0.05)
        self.planted()
        self.invitations[0] = self.invitations[0][:-1] + (LAST_SYNC,)
        return [("survey.invitations", self.invitations), ("survey.responses", self.responses)]

    def planted(self):
        # the only enterprise customer who answered in July to September 2025: a value, but no interval
        self.answer(self.invite(date(2025, 9, 30), "N2001", "enterprise", "A0001"), date(2025, 9, 30), 9)
        july, september = date(2026, 7, 7), date(2026, 9, 30)

        def twice(contact, plan, first, second, launches=(july, september)):
            for launched, score in zip(launches, (first, second)):
                invitation = self.invite(launched, contact, plan, "A0002")
                if score is not None:
                    self.answer(invitation, launched, score, days=2)

        twice("N2002", "business", 0, 10)  # of two answers the latest
        twice("N2003", "business", 0, None)  # an invitation without an answer hides none
        twice("N2004", "business", 0, 11)  # nor does one that cannot be used
        twice("N2005", "business", 0, 10, launches=(september, september))  # a tie: the larger key
        twice("N2006", "starter", 3, 9)
        # answered after the quarter, within the month that it is kept open: counted where the wave was launched
        self.answer(self.invite(september, "N2007", "enterprise", "A0003"), september, 0, days=20)
        self.answer(self.invite(september, "N2008", "enterprise", "A0003"), september, 0, finished=False)
        self.answer(self.invite(september, "N2009", "enterprise", "A0007"), september, 0)  # internal
        self.answer(self.invite(september, "N2010", "enterprise", "A0077"), september, 0)  # not known whether internal
        self.answer(self.invite(september, "N2011", None, "A0004"), september, 0)  # of no known part of the population
        self.answer(self.invite(september, None, "starter", "A0005"), september, 5)  # nobody's


def build(random):
    return Waves(random).build()
