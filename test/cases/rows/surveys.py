"""Support survey of cases 1, 3 and 4: typeform answers joined to CRM contacts, accounts and plan history."""

from datetime import timedelta

from .clock import NOW, berlin, random_instant, utc

DDL = """
CREATE SCHEMA crm;
CREATE SCHEMA typeform;
CREATE TABLE crm.accounts (account_id text PRIMARY KEY, region text, is_internal boolean);
CREATE TABLE crm.contacts (contact_id text NOT NULL, account_id text NOT NULL);  -- no key: merges do duplicate contacts
CREATE TABLE crm.account_plan_history (account_id text NOT NULL, plan text NOT NULL, valid_from timestamptz NOT NULL, valid_to timestamptz);
CREATE TABLE typeform.responses (response_id text PRIMARY KEY, submitted_at timestamptz, hidden jsonb, is_preview boolean, _synced_at timestamptz NOT NULL);
CREATE TABLE typeform.answers (response_id text NOT NULL, question_id text NOT NULL, answer text, PRIMARY KEY (response_id, question_id));
"""

FIRST = berlin("2026-03-20 00:00")
LAST_SYNC = utc("2026-11-16 08:10:00")
ACCOUNTS, CONTACTS, RESPONSES = 200, 430, 1560

# Berlin wall-clock times where UTC has another day, week or month, and the two daylight-saving changes.
EDGES = [
    ("2026-03-29 01:59", 0), ("2026-03-29 03:00", 0), ("2026-04-30 23:30", 0), ("2026-05-01 00:30", 0),
    ("2026-05-31 23:30", 0), ("2026-06-01 00:30", 0), ("2026-08-16 23:30", 0), ("2026-08-17 00:00", 0),
    ("2026-08-17 00:30", 0), ("2026-09-30 23:30", 0), ("2026-10-01 00:00", 0), ("2026-10-01 00:30", 0),
    ("2026-10-25 02:30", 0), ("2026-10-25 02:30", 1), ("2026-10-25 23:30", 0), ("2026-10-26 00:30", 0),
    ("2026-10-31 23:30", 0), ("2026-11-01 00:00", 0), ("2026-11-01 00:30", 0), ("2026-11-08 23:30", 0),
    ("2026-11-09 00:30", 0), ("2026-11-15 23:30", 0), ("2026-11-16 00:00", 0), ("2026-11-16 00:30", 0),
]


class Survey:
    """Collects the rows of the five tables."""

    def __init__(self, random):
        self.random = random
        self.accounts, self.contacts, self.plans = [], [], []
        self.responses, self.answers = [], []
        self.mood = {}

    def build(self):
        self.build_accounts()
        self.build_contacts()
        for _ in range(RESPONSES):
            self.respond(random_instant(self.random, FIRST, NOW - timedelta(hours=3)))
        for text, fold in EDGES:
            for _ in range(2):
                self.respond(berlin(text, fold), clean=True)
        self.plant_choices()
        self.plant_orphans()
        return self

    def build_accounts(self):
        random = self.random
        for number in range(1, ACCOUNTS + 1):
            account = f"A{number:04d}"
            region = random.choices(["DACH", "UKI", "Nordics", "Île-de-France", None], [38, 25, 18, 14, 5])[0]
            if number in (11, 12):
                region = "MEA"  # a handful of people: must be suppressed, and the next smallest with it
            internal = number in (7, 57, 107, 157)
            self.accounts.append((account, region, None if number == 77 else internal))
            self.build_plans(account, number)

    def build_plans(self, account, number):
        random = self.random
        plan = random.choices(["basic", "pro", "enterprise"], [45, 38, 17])[0]
        start = berlin("2025-01-01 00:00")
        if number % 23 == 0:
            return  # no plan known: segment (none)
        if number % 9 == 0:  # changes exactly on a month's first instant
            change = berlin("2026-10-01 00:00")
        elif number % 5 == 0:
            change = random_instant(random, berlin("2026-08-17 00:00"), berlin("2026-11-15 00:00"))
        else:
            self.plans.append((account, plan, start, None))
            return
        following = {"basic": "pro", "pro": "enterprise", "enterprise": "pro"}[plan]
        gap = timedelta(days=20) if number % 10 == 0 else timedelta(0)  # answers in the gap have no plan
        self.plans.append((account, plan, start, change))
        self.plans.append((account, following, change + gap, None))

    def build_contacts(self):
        random = self.random
        for number in range(1, CONTACTS + 1):
            contact = f"C{number:04d}"
            account = self.accounts[(number - 1) % ACCOUNTS if number <= ACCOUNTS else random.randrange(ACCOUNTS)][0]
            if number > ACCOUNTS and account in ("A0011", "A0012"):
                account = "A0013"
            self.contacts.append((contact, account))
            self.mood[contact] = random.gauss(0, 1)

    def respond(self, at, contact=None, clean=False, preview=False, **scores):
        """Adds one response; scores are answer texts by question, drawn at random where not given."""
        random = self.random
        contact = contact or f"C{min(int(random.expovariate(1 / 170)) % CONTACTS, CONTACTS - 1) + 1:04d}"
        identifier = f"r{len(self.responses) + 1:05d}"
        channel = random.choices(["email", "chat", "phone", None, "Email"], [45, 35, 18, 1, 1])[0]
        channel = scores.pop("channel", channel)
        if not clean:
            preview = random.choices([False, True, None], [968, 30, 2])[0]
        hidden = {"ticket_id": f"T{random.randrange(10**6):06d}", "contact_id": contact}
        if channel:
            hidden["channel"] = channel
        synced = min(at + timedelta(minutes=random.randrange(10, 180)), LAST_SYNC)
        self.responses.append((identifier, at, hidden, preview, synced))
        if not scores:
            scores = self.scores(channel, self.mood[contact], clean)
        for question, answer in scores.items():
            self.answers.append((identifier, "q_" + question, answer))
        return identifier

    def scores(self, channel, mood, clean):
        random = self.random
        drawn = {}
        if random.random() < 0.8:
            drawn["nps"] = str(max(0, min(10, round(8.3 + 1.5 * mood + random.gauss(0, 1.4)))))
        if random.random() < 0.65:
            drawn["ces"] = str(max(1, min(7, round(5.3 + 0.9 * mood + random.gauss(0, 1.1)))))
        if channel in ("email", "Email"):
            drawn["csat"] = str(max(1, min(5, round(4.2 + 0.6 * mood + random.gauss(0, 0.7)))))
        elif channel == "chat":
            drawn["csat"] = "1" if random.random() < 0.84 + 0.08 * mood else "0"
        drawn = drawn or {"nps": "7"}
        if not clean:
            for question in drawn:
                if random.random() < 0.06:
                    drawn[question] = self.dirt(question, channel)
        return drawn

    def dirt(self, question, channel):
        outside = {"nps": "11", "ces": "0", "csat": "6" if channel == "email" else "5"}[question]
        return self.random.choices(
            ["N/A", outside, "", "8.5", " 1 ", "-1", None, "1e1", "5"],
            [30, 20, 10, 5, 10, 5, 10, 5, 5],
        )[0]

    def plant_choices(self):
        """Contacts whose latest answer is a trap for keep: Latest in the window of 2026-W46."""
        tie = berlin("2026-11-13 11:11")
        self.respond(tie, "C0201", clean=True, channel="email", nps="0", ces="7", csat="5")
        self.respond(tie, "C0201", clean=True, channel="email", nps="10", ces="2", csat="1")  # larger key wins
        day = berlin("2026-11-14 09:00")
        for number, last in enumerate(["N/A", None, "11", ""], start=202):
            contact = f"C{number:04d}"
            self.respond(day, contact, clean=True, channel="phone", nps="10", ces="6")
            self.respond(day + timedelta(hours=5), contact, clean=True, channel="phone", nps=last, ces="6")
        self.respond(day + timedelta(hours=6), "C0206", clean=True, channel="phone", ces="7")  # not asked for NPS
        self.respond(day + timedelta(hours=7), "C0207", clean=True, preview=True, channel="chat", nps="0", csat="0")

    def plant_orphans(self):
        """Responses that the query's joins leave out: an unknown contact, and one without any answer."""
        self.respond(berlin("2026-10-10 10:00"), "C0001", clean=True, channel="email", nps="9")
        identifier, at, hidden, preview, synced = self.responses.pop()
        self.responses.append((identifier, at, {**hidden, "contact_id": "C9999"}, preview, synced))
        self.responses.append(("r90000", berlin("2026-10-11 10:00"), {"contact_id": "C0002", "channel": "chat"}, False, LAST_SYNC))

    def tables(self):
        return [
            ("crm.accounts", self.accounts), ("crm.contacts", self.contacts),
            ("crm.account_plan_history", self.plans), ("typeform.responses", self.responses),
            ("typeform.answers", self.answers),
        ]


# A CRM merge: contacts stand twice, under two accounts. Every response of theirs becomes two rows.
FANOUT = """INSERT INTO crm.contacts
SELECT contact_id, CASE account_id WHEN 'A0002' THEN 'A0003' ELSE 'A0002' END
FROM crm.contacts WHERE contact_id BETWEEN 'C0001' AND 'C0040';
"""
