database=$1 version=$2 restore=$3
umask 077
fail() {
  echo "The dump of the database that precedes the migration could not be taken, so nothing was migrated: $*" >&2
  exit 1
}
# What the database answers, or why it does not.
ask() {
  psql -qXAt -v ON_ERROR_STOP=1 -d "$database" -c "$1" 2>&1
}
said=$(ask "$COUNT_RELATIONS") || fail "$said"
if [ "$said" -eq 0 ]; then exit 0; fi
said=$(mkdir -p "$DUMPS_FOLDER" 2>&1 && ls "$DUMPS_FOLDER" 2>&1 >/dev/null) || fail "$said"
said=$( (printf %s "$restore" >"$DUMPS_FOLDER/$RESTORE_NAME") 2>&1) || fail "$said"
# What a run that was killed has left.
rm -f "$DUMPS_FOLDER"/.unfinished-*
# What is dumped is seldom larger than the tables without their indexes; and the server needs some room, too.
needed=$(ask "SELECT pg_catalog.sum(pg_catalog.pg_table_size(oid))::pg_catalog.int8 / 1048576 + 64
  FROM pg_catalog.pg_class WHERE relkind IN ('r', 'm')") ||
  fail "$needed"
free=$(df -Pk "$DUMPS_FOLDER" | {
  read -r _
  read -r _ _ _ free _
  echo "$((free / 1024))"
})
if [ "$free" -lt "$needed" ]; then
  fail "it may need $needed MiB, and $free are free where the database is. Make room there, or do without:" \
    "pulumi config set backupKeep 0."
fi
dump=$DUMPS_FOLDER/.unfinished-$$
said=$(pg_dump --format=custom --lock-wait-timeout=60s --file="$dump" "$database" 2>&1) || {
  rm -f "$dump"
  fail "$said"
}
# The names count on where a clock has gone back: the newest dump has the last name.
now=$(date -u +%Y%m%d%H%M%S)
last=$(dumps | tail -n 1 | cut -c 1-15 | tr -d T)
if [ "${last:-0}" -ge "$now" ]; then now=$((last + 1)); fi
name=$(printf %s "$now" | sed -E 's/^.{8}/&T/')Z-before-$version.dump
first=$(cat "$UNFINISHED" 2>/dev/null || :)
if [ -z "$first" ] || [ ! -e "$DUMPS_FOLDER/$first" ]; then
  said=$( (printf %s "$name" >"$UNFINISHED") 2>&1) || fail "$said"
  first=$name
fi
mv "$dump" "$DUMPS_FOLDER/$name"
# Of a series of failures the first dump and the newest stay, so that it fills no disk.
dumps | {
  since=
  while IFS= read -r one; do
    if [ -n "$since" ] && [ "$one" != "$name" ]; then rm -f "$DUMPS_FOLDER/$one"; fi
    if [ "$one" = "$first" ]; then since=$one; fi
  done
}
