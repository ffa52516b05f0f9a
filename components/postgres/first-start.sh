if [ ! -s "$PGDATA/PG_VERSION" ]; then
  first=$PGDATA.first-start
  rm -rf "$first"
  PGDATA=$first docker-ensure-initdb.sh "$@"
  if [ -e "$PGDATA" ]; then rmdir "$PGDATA"; fi
  mv "$first" "$PGDATA"
fi
