import { RECORD_FILE } from "../nginx/places.ts";
import { IDENTITY, RECORD_LENGTH, type ReleaseRecord } from "../release-record.ts";

/** What is known of an entry before the machine has it. */
type Known = Pick<ReleaseRecord, (typeof IDENTITY)[number] | "mark">;

/** The value of `ENTRY` below: whatever its parts are, it is one line of JSON. */
export const entryOf = (release: Known): string => JSON.stringify(release);

/** A line of the record, for `grep -xE`: an object of JSON whose values have no parts of their own. */
const LINE = (() => {
  const text = String.raw`"([^"\[:cntrl:]]|\\["\/bfnrt]|\\u[0-9a-fA-F]{4})*"`;
  const member = `"[a-zA-Z]+":(${text}|true|false|[0-9]+)`;
  return String.raw`\{${member}(,${member})*\}`;
})();

/**
 * Shell functions on the record of releases, a file where Nginx keeps its configuration. `in_record COMMAND
 * [ARGUMENT ...]` runs a command in that folder and is the caller's, as are the variables `ENTRY`, `COMMIT` and
 * `WHO`. Lines that are no entry are dropped by each write.
 */
export const RECORD_FUNCTIONS = `
verified_releases() {
  in_record grep -axE '${LINE}' ${RECORD_FILE} | grep '"verified":true'
}
# A member of an object as it stands in its line.
member() {
  printf '%s\\n' "$2" | grep -oE '"'"$1"'":("([^"\\]|\\\\.)*"|[0-9]+)' | head -n 1
}
# What is live and is switched to once more, as by a rotation of a secret, is no release of its own.
is_live() {
  live=$(verified_releases 2>/dev/null | head -n 1)
  for name in ${IDENTITY.join(" ")}; do
    if [ "$(member "$name" "$live")" != "$(member "$name" "$ENTRY")" ]; then return 1; fi
  done
}
# $1 is whether it was verified.
record() {
  if [ "$1" = true ] && is_live; then return; fi
  printf '%s,"commit":"%s","time":"%s","by":"%s","verified":%s}\\n' \\
    "\${ENTRY%?}" "$COMMIT" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$WHO" "$1" |
    in_record sh -euc '
      { cat; if [ -e "$1" ]; then grep -axE "$2" "$1" | head -n ${RECORD_LENGTH - 1}; fi; } >"$1.new"
      mv "$1.new" "$1"' sh ${RECORD_FILE} '${LINE}'
}`;
