database=$1
admin() { psql -qXAt -v ON_ERROR_STOP=1 -d postgres -v database="$database"; }
# One that was killed had the seed in place but for its name.
admin <<'SQL'
SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = :'database' || '_seed')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = :'database') AS loaded,
  :'database' || '_seed' AS seeded \gset
\if :loaded
  ALTER DATABASE :"seeded" RENAME TO :"database";
\endif
SQL
if [ "$(psql -qXAt -d "$database" -c "$COUNT_RELATIONS")" -eq 0 ]; then echo yes; else echo no; fi
