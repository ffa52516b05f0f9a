database=$1 owner=$2 format=$3 bytes=$4 checksum=$5
seeded=${database}_seed
umask 077
quiet="-c client_min_messages=warning"
export PGOPTIONS="$ADMIN_OPTIONS $quiet"
file=$VOLUME_PATH/.seed
trap 'rm -f "$file"' EXIT
fail() {
  dropdb --if-exists --force "$seeded" || :
  echo "The seed (slipway:databaseSeed) could not be loaded, and the database is empty as before: $*" >&2
  exit 1
}
# Where an extension is in the way: the lines to type.
way_out() {
  name=$(printf %s "$1" | sed -nE '/(permission denied to create|must be owner of) extension/s/.*extension "?([^" ]+)"?.*/\1/p' | head -n 1)
  if [ -n "$name" ]; then
    printf '\n%s' "The extension $name takes a superuser, who runs nothing of a file with SQL. Of a dump Slipway creates it:" \
      "pg_dump --format=custom --no-owner --file=seed.dump DATABASE. Or leave it out: add --exclude-extension=$name."
  fi
  name=$(printf %s "$1" | sed -nE 's/.*extension "([^"]+)" is not available.*/\1/p' | head -n 1)
  if [ -n "$name" ]; then
    printf '\n%s' "The image of Postgres has no extension $name. Take one that has:" \
      "pulumi config set --path images.postgres IMAGE. Or leave it out of the dump: pg_dump --exclude-extension=$name."
  fi
}
head -c "$bytes" >"$file" || fail "there is no room for it."
[ "$(sha256sum <"$file" | cut -c 1-64)" = "$checksum" ] || fail "it did not arrive as it is."
login=$(login_of "$database")
[ -n "$login" ] || fail "the database has no login yet."
if [ "$format" = dump ]; then
  said=$(restore_dump "$seeded" "$owner" "$login" "$file" --no-acl 2>&1) || fail "$said$(way_out "$said")"
else
  dropdb --if-exists --force "$seeded"
  createdb --owner "$owner" "$seeded"
  psql -qX -v ON_ERROR_STOP=1 -d postgres -c "REVOKE CONNECT ON DATABASE \"$seeded\" FROM PUBLIC"
  said=$(PGOPTIONS=$quiet psql --username "$login" -qX -v ON_ERROR_STOP=1 --single-transaction -o /dev/null \
    -d "$seeded" -f "$file" 2>&1 >/dev/null) || fail "$said$(way_out "$said")"
fi
dropdb --force "$database"
psql -qX -v ON_ERROR_STOP=1 -d postgres -c "ALTER DATABASE \"$seeded\" RENAME TO \"$database\""
