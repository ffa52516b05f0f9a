sql() {
  as_admin -v owner="$OWNER" -v made_in="$MADE_IN" "$@"
}
make_database() {
  belongs_to=$(sql -v database="$DATABASE" <<'SQL'
SET client_min_messages = warning;
SELECT NOT rolsuper AS limited FROM pg_catalog.pg_roles WHERE rolname = current_user \gset
SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = :'owner') AS missing \gset
\if :missing
  CREATE ROLE :"owner" NOLOGIN;
\endif
\if :limited
  GRANT :"owner" TO CURRENT_USER WITH INHERIT TRUE, SET TRUE;
\endif
SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = :'database') AS missing \gset
\if :missing
  CREATE DATABASE :"database" OWNER :"owner";
\endif
SELECT pg_catalog.pg_get_userbyid(datdba) FROM pg_catalog.pg_database WHERE datname = :'database';
SQL
  )
  if [ "$belongs_to" != "$OWNER" ]; then
    echo "The database $DATABASE belongs to $belongs_to, and all that is in it: slipway:databaseUser can't" \
      "become $OWNER any more. Set it to $belongs_to again." >&2
    exit 1
  fi
}
# Of the newest login; of a new one with 1, and where there is none. Its password is on standard input, and psql
# sends no more than a verifier of it: neither a list of processes nor the server's log may show it, whatever that
# logs. Those that can't log in count as well: dropping one may have been interrupted.
set_login() {
  {
    cat <<'SQL'
REVOKE CONNECT ON DATABASE :"database" FROM PUBLIC;
SELECT coalesce(pg_catalog.max(pg_catalog.substring(rolname::pg_catalog.text, '[0-9]+$')::pg_catalog.int4), 0) AS newest
  FROM pg_catalog.pg_roles WHERE rolname ~ ('^' || :'owner' || '_[0-9]+$') \gset
SELECT :added = 1 OR :newest = 0 AS missing, :'owner' || '_' || greatest(:newest + :added, 1) AS login \gset
\if :missing
  CREATE ROLE :"login" LOGIN IN ROLE :"owner";
  ALTER ROLE :"login" SET role = :'owner';
\endif
SELECT :'data' <> '' AS known, :'made_in' || :'data' AS comment \gset
\if :known
  COMMENT ON ROLE :"login" IS :'comment';
\endif
\password :"login"
SQL
    printf '%s\n' "$PASSWORD" "$PASSWORD" '\echo :login'
  } | sql -v database="$DATABASE" -v added="$1" -v data="$DATA"
}
drop_logins_up_to() {
  sql -v newest="$1" -v data="$DATA" -d "$DATABASE" >/dev/null <<'SQL'
SELECT pg_catalog.format(statement, rolname, :'owner')
  FROM pg_catalog.pg_roles, pg_catalog.unnest(ARRAY[
    'ALTER ROLE %1$I NOLOGIN',
    'GRANT %1$I TO CURRENT_USER WITH INHERIT TRUE, SET TRUE',
    'SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename = %1$L',
    'REASSIGN OWNED BY %1$I TO %2$I',
    'DROP OWNED BY %1$I',
    'DROP ROLE %1$I'
  ]) WITH ORDINALITY AS steps (statement, step)
 WHERE rolname ~ ('^' || :'owner' || '_[0-9]+$')
   AND pg_catalog.substring(rolname::pg_catalog.text, '[0-9]+$')::pg_catalog.int4 <= :newest
   AND coalesce(
         nullif(pg_catalog.split_part(pg_catalog.shobj_description(oid, 'pg_authid'), :'made_in', 2), ''),
         :'data'
       ) = :'data'
 ORDER BY rolname, step \gexec
SQL
}
