#!/bin/sh
# Starts a private PostgreSQL in a temporary directory, loads rows.sql, runs oracle.py with the arguments given
# (default: cases --check) and takes everything down again. Debian: postgresql-15, python3-scipy, python3-statsmodels,
# r-cran-survey, r-cran-survival.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bin=${PGBIN:-$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)}
data=$(mktemp -d)

as_postgres() { # PostgreSQL refuses to run as root
	if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}
stop() {
	as_postgres "$bin/pg_ctl" -D "$data/db" -m immediate stop >/dev/null 2>&1 || true
	rm -rf "$data"
}
trap stop EXIT
[ "$(id -u)" != 0 ] || chown postgres "$data"

as_postgres "$bin/initdb" -D "$data/db" -U postgres -A trust -E UTF8 --locale=C >/dev/null
as_postgres "$bin/pg_ctl" -D "$data/db" -w -l "$data/log" -o "-k $data -c listen_addresses='' -c fsync=off" start >/dev/null
export PGHOST="$data" PGUSER=postgres PGDATABASE=postgres PSQL="$bin/psql"
"$PSQL" -X -q -v ON_ERROR_STOP=1 -f "$here/rows.sql"
[ $# -gt 0 ] || set -- cases --check
/usr/bin/python3 "$here/oracle.py" "$@"
