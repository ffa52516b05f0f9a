#!/bin/sh
# `docker run IMAGE app.js` and `docker run IMAGE --version` mean Node; anything that can be run is run.
set -eu

case "${1-}" in
  -*)
    set -- node "$@"
    ;;
  *)
    # A program's path can also name a file that is not executable: that is a script for Node.
    program=$(command -v -- "${1-}" || true)
    if [ -z "$program" ] || { [ -f "$1" ] && [ ! -x "$1" ]; }; then
      set -- node "$@"
    fi
    ;;
esac

exec "$@"
