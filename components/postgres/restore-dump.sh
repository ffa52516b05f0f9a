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
  as_superuser_in postgres -c "REVOKE ALL ON DATABASE \"$new\" FROM PUBLIC" || return
  pg_restore --list "$dump" >"$list.all" || return
  # Lines like `2; 3079 16385 EXTENSION - pg_stat_statements`; 3079 is the catalog of extensions.
  grep -E '^[0-9]+; 3079 [0-9]+ EXTENSION - ' "$list.all" >"$list" || :
  made=
  if [ -s "$list" ]; then
    pg_restore --schema-only --use-list="$list" --file="$list.sql" "$dump" || return
    made=$(sed -nE "$EXTENSION_OF_DUMP" "$list.sql" | create_untrusted) || return
  fi
  let_in GRANT TO || return
  as_superuser_in postgres -c "ALTER DATABASE \"$new\" OWNER TO \"$owner\"" || return
  # What takes their owner: comments on extensions, and rights on the superuser's own tables and functions.
  grep -vE '^[0-9]+; 0 0 (COMMENT - EXTENSION .*|ACL .* postgres$)' "$list.all" >"$list"
  grep -E '^[0-9]+; 0 0 ACL .* postgres$' "$list.all" | sed 's/^/Rights that only a superuser can give again: /' >&2
  # Schemas that are there already, because extensions are in them.
  for schema in $made; do
    grep -vE "^[0-9]+; 2615 [0-9]+ SCHEMA - $schema " "$list" >"$list.all" || :
    mv "$list.all" "$list"
  done
  PGOPTIONS="-c client_min_messages=warning" pg_restore --username "$login" --exit-on-error --single-transaction \
    --no-owner --role "$owner" --use-list="$list" --dbname "$new" "$@" "$dump" || return
  let_in REVOKE FROM
}
EXTENSION_OF_DUMP='s/^CREATE EXTENSION IF NOT EXISTS "?([A-Za-z0-9_-]+)"? WITH SCHEMA "?([A-Za-z0-9_-]+)"?;$/\1 \2/p'
as_superuser_in() {
  database_of_session=$1
  shift
  PGOPTIONS="$ADMIN_OPTIONS -c client_min_messages=warning" psql -qXAt -v ON_ERROR_STOP=1 -d "$database_of_session" "$@"
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
NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = :'schema') AS missing \gset
\if :untrusted
  \if :missing
    CREATE SCHEMA :"schema" AUTHORIZATION :"owner";
    \echo :schema
  \endif
  CREATE EXTENSION IF NOT EXISTS :"extension" WITH SCHEMA :"schema" CASCADE;
\endif
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
 WHERE rolsuper \gexec
SQL
}
