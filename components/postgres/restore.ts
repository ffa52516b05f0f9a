import { ADMIN_OPTIONS, AS_SUPERUSER, LOGIN_OF } from "./session.ts";

/**
 * The shell function `restore_dump NEW OWNER LOGIN DUMP OPTION...`, beside a server of ours: makes the database NEW
 * of what `pg_dump -Fc` wrote, and fails with what Postgres said.
 *
 * What is in a dump is the app's, and its login restores it. That may not create each extension: one that is not
 * trusted takes a superuser. Such a one of the dump is created before, in a database that is the superuser's and that
 * nobody else may enter, so that nothing of the app's is there for the extension's script to find. Of the dump itself
 * nothing is run then: names are read from it, and what is not among the server's own extensions is none. Only then
 * the database is given to its owner, and the login restores the rest. What takes the owner of an extension is left
 * out: comments on it, and rights on what it has made; and what users of an extension have added to its tables is let in for that moment.
 */
export const RESTORE_DUMP = `
restore_dump() {
  new=$1 owner=$2 login=$3 dump=$4
  shift 4
  list=$(mktemp)
  restore_in_two_steps "$@" && status=0 || status=$?
  rm -f "$list" "$list.all" "$list.sql"
  return "$status"
}
restore_in_two_steps() {
  dropdb --if-exists --force "$new" && createdb "$new" || return
  as_superuser_in postgres -c "REVOKE ALL ON DATABASE \\"$new\\" FROM PUBLIC" || return
  pg_restore --list "$dump" >"$list.all" || return
  # Lines like \`2; 3079 16385 EXTENSION - pg_stat_statements\`; 3079 is the catalog of extensions.
  grep -E '^[0-9]+; 3079 [0-9]+ EXTENSION - ' "$list.all" >"$list" || :
  made=
  if [ -s "$list" ]; then
    pg_restore --schema-only --use-list="$list" --file="$list.sql" "$dump" || return
    made=$(sed -nE "$EXTENSION_OF_DUMP" "$list.sql" | create_untrusted) || return
  fi
  let_in GRANT TO || return
  as_superuser_in postgres -c "ALTER DATABASE \\"$new\\" OWNER TO \\"$owner\\"" || return
  # What takes their owner: comments on extensions, and rights on the superuser's own tables and functions.
  grep -vE '^[0-9]+; 0 0 (COMMENT - EXTENSION .*|ACL .* postgres$)' "$list.all" >"$list"
  grep -E '^[0-9]+; 0 0 ACL .* postgres$' "$list.all" | sed 's/^/Rights that only a superuser can give again: /' >&2
  # Schemas that are there already, because extensions are in them.
  for schema in $made; do
    grep -vE "^[0-9]+; 2615 [0-9]+ SCHEMA - $schema " "$list" >"$list.all" || :
    mv "$list.all" "$list"
  done
  PGOPTIONS="-c client_min_messages=warning" pg_restore --username "$login" --exit-on-error --single-transaction \\
    --no-owner --role "$owner" --use-list="$list" --dbname "$new" "$@" "$dump" || return
  let_in REVOKE FROM
}
EXTENSION_OF_DUMP='s/^CREATE EXTENSION IF NOT EXISTS "?([A-Za-z0-9_-]+)"? WITH SCHEMA "?([A-Za-z0-9_-]+)"?;$/\\1 \\2/p'
as_superuser_in() {
  database_of_session=$1
  shift
  PGOPTIONS="${ADMIN_OPTIONS} -c client_min_messages=warning" psql -qXAt -v ON_ERROR_STOP=1 -d "$database_of_session" "$@"
}
# Reads lines of an extension and its schema; prints the schemas that it has made.
create_untrusted() {
  while read -r extension schema; do
    as_superuser_in "$new" -v extension="$extension" -v schema="$schema" -v owner="$owner" <<'SQL' || return
SELECT EXISTS (
  SELECT FROM pg_catalog.pg_available_extensions AS one
    JOIN pg_catalog.pg_available_extension_versions AS version
      ON version.name = one.name AND version.version = one.default_version
   WHERE one.name = :'extension' AND version.superuser AND NOT version.trusted
) AS untrusted,
NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = :'schema') AS missing \\gset
\\if :untrusted
  \\if :missing
    CREATE SCHEMA :"schema" AUTHORIZATION :"owner";
    \\echo :schema
  \\endif
  CREATE EXTENSION IF NOT EXISTS :"extension" WITH SCHEMA :"schema" CASCADE;
\\endif
SQL
  done
}
# Whether the owner may add to tables and sequences of the superuser's extensions that a dump has the content of.
let_in() {
  as_superuser_in "$new" -v owner="$owner" -v verb="$1" -v direction="$2" <<'SQL' >/dev/null
SELECT pg_catalog.format(
    CASE relkind WHEN 'S' THEN '%s UPDATE ON SEQUENCE %s %s %I' ELSE '%s INSERT ON TABLE %s %s %I' END,
    :'verb', pg_class.oid::pg_catalog.regclass, :'direction', :'owner')
  FROM pg_catalog.pg_extension
  JOIN pg_catalog.pg_class ON pg_class.oid = ANY (extconfig)
  JOIN pg_catalog.pg_roles ON pg_roles.oid = extowner
 WHERE rolsuper \\gexec
SQL
}`;

/** Where a dump is on the volume, this is too: goes back to it, for whoever has to. */
export const RESTORE_NAME = ".restore.sh";

/**
 * A script for the shell of the server's container: makes the database what it was at a dump, for the same owner and
 * login. Until all of the dump is there, in a database beside it, nothing of the database is touched; then both
 * change their names at once.
 */
export const RESTORE_SCRIPT = `# Written by Slipway: makes DATABASE what it was at a dump, and keeps what it is as DATABASE_before.
# Usage: sh ${RESTORE_NAME} DATABASE DUMP
set -eu
if [ $# -ne 2 ]; then echo "Usage: sh $0 DATABASE DUMP. Nothing was done." >&2; exit 2; fi
database=$1 dump=$2
fail() {
  echo "$* The database $database is as it was." >&2
  exit 1
}
${AS_SUPERUSER}
${LOGIN_OF}
${RESTORE_DUMP}
restored=\${database}_restoring before=\${database}_before
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
  admin -c "ALTER DATABASE \\"$database\\" ALLOW_CONNECTIONS true" || :
  fail "$dump could not be restored."
}
trap give_up EXIT
trap 'exit 1' HUP INT TERM
restore_dump "$restored" "$owner" "$login" "$dump"
admin <<'SQL'
ALTER DATABASE :"database" ALLOW_CONNECTIONS false;
SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = :'database' \\g /dev/null
BEGIN;
ALTER DATABASE :"database" RENAME TO :"before";
ALTER DATABASE :"restored" RENAME TO :"database";
COMMIT;
SQL
trap - EXIT
echo "$database is as in $dump; what it was is $before."
`;
