"""Hand-written SQL through psql, read back as rows of text."""

import csv
import io
import os
import subprocess

NULL = "\\N"


def rows(sql):
    """The rows of one query as dictionaries; NULL is None, everything else text. The connection is libpq's (PGHOST, …)."""
    command = [os.environ.get("PSQL", "psql"), "-X", "-q", "--csv", "-P", "null=" + NULL, "-v", "ON_ERROR_STOP=1"]
    script = "SET timezone = 'UTC'; SET intervalstyle = 'iso_8601';\n" + sql
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"psql failed: {done.stderr}\n{sql}")
    read = csv.DictReader(io.StringIO(done.stdout))
    return [{name: None if value == NULL else value for name, value in row.items()} for row in read]


def run_file(path):
    command = [os.environ.get("PSQL", "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def windows(periods):
    """The periods as a VALUES list (label, from, until) of timestamptz; "from" is where the window begins."""
    each = ", ".join(f"('{p.label}', timestamptz '{p.window_start.isoformat()}', timestamptz '{p.end.isoformat()}')" for p in periods)
    return f"windows(label, since, until) AS (VALUES {each})"
