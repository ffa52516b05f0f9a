dumps() {
  # shellcheck disable=SC2010 # Their names have no lines in them.
  LC_ALL=C ls "$DUMPS_FOLDER" | grep -E '^[0-9]{8}T[0-9]{6}Z-before-.*[.]dump$' | LC_ALL=C sort
}
