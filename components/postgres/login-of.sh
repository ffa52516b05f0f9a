login_of() {
  PGOPTIONS="$ADMIN_OPTIONS" psql -qXAt -v ON_ERROR_STOP=1 -d postgres -v database="$1" <<'SQL'
SELECT login.rolname
  FROM pg_catalog.pg_database AS one
  JOIN pg_catalog.pg_roles AS owner ON owner.oid = one.datdba
  JOIN pg_catalog.pg_roles AS login
    ON login.rolcanlogin AND login.rolname ~ ('^' || owner.rolname || '_[0-9]+$')
 WHERE one.datname = :'database'
 ORDER BY pg_catalog.length(login.rolname::pg_catalog.text) DESC, login.rolname DESC LIMIT 1;
SQL
}
