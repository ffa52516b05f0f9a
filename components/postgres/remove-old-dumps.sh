if [ ! -d "$DUMPS_FOLDER" ]; then exit 0; fi
first=$(cat "$UNFINISHED" 2>/dev/null || :)
# What was there before the failures may be all that has what they dropped: it stays until the next success.
dumps | sort -r | tail -n "+$(($1 + 1))" | while IFS= read -r old; do
  if [ "$old" != "$first" ]; then rm -f "$DUMPS_FOLDER/$old"; fi
done
rm -f "$UNFINISHED"
