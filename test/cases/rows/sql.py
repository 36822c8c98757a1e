"""SQL text: literals and INSERT statements that any client can send (no COPY, so pgx can run the file too)."""

import json
from datetime import date, datetime

BATCH = 250


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, datetime):
        return "'" + value.strftime("%Y-%m-%dT%H:%M:%S") + ("Z'" if value.tzinfo else "'")
    if isinstance(value, date):
        return "'" + value.isoformat() + "'"
    if isinstance(value, list):
        return "'{" + ",".join(value) + "}'"  # an array of plain words
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return "'" + value.replace("'", "''") + "'"


def cents(amount):
    """An amount in cents as exact decimal text; None stays NULL."""
    return None if amount is None else f"{amount // 100}.{amount % 100:02d}"


def cents_signed(amount):
    return cents(amount) if amount is None or amount >= 0 else "-" + cents(-amount)


def inserts(table, rows):
    """INSERT statements for rows of equal width, a few hundred rows each."""
    for at in range(0, len(rows), BATCH):
        values = ",\n".join("(" + ",".join(map(literal, row)) + ")" for row in rows[at : at + BATCH])
        yield f"INSERT INTO {table} VALUES\n{values};\n"
