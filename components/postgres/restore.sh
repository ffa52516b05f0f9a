if [ $# -ne 2 ]; then echo "Usage: sh $0 DATABASE DUMP. Nothing was done." >&2; exit 2; fi
database=$1 dump=$2
fail() {
  echo "$* The database $database is as it was." >&2
  exit 1
}
restored=${database}_restoring before=${database}_before
admin() { psql -qXAt -v ON_ERROR_STOP=1 -d postgres -v database="$database" -v restored="$restored" -v before="$before" "$@"; }
owner=$(admin <<'SQL'
SELECT pg_catalog.pg_get_userbyid(datdba) FROM pg_catalog.pg_database WHERE datname = :'database';
SQL
)
login=$(login_of "$database")
if [ -z "$login" ]; then fail "The database $database is none of Slipway's: it is not there, or has no login."; fi
taken=$(admin <<'SQL'
SELECT 1 FROM pg_catalog.pg_database WHERE datname = :'before';
SQL
)
if [ -n "$taken" ]; then
  fail "The database $before is there already, from a restore before this one. When you need it no more: dropdb $before."
fi
# All of it is read: its list alone is at its beginning, and there where the rest is cut off.
said=$(pg_restore --file=/dev/null "$dump" 2>&1) || fail "$dump is no whole dump of pg_dump --format=custom: $said."
give_up() {
  dropdb --if-exists --force "$restored" || :
  admin -c "ALTER DATABASE \"$database\" ALLOW_CONNECTIONS true" || :
  fail "$dump could not be restored."
}
trap give_up EXIT
trap 'exit 1' HUP INT TERM
restore_dump "$restored" "$owner" "$login" "$dump"
admin <<'SQL'
ALTER DATABASE :"database" ALLOW_CONNECTIONS false;
SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = :'database' \g /dev/null
BEGIN;
ALTER DATABASE :"database" RENAME TO :"before";
ALTER DATABASE :"restored" RENAME TO :"database";
COMMIT;
SQL
trap - EXIT
echo "$database is as in $dump; what it was is $before."
