import { KILLED } from "../killed-app.ts";
import { labelFilters, type Owner } from "../labels.ts";
import { CONF_FOLDER } from "../nginx/places.ts";

/** How long a container that is not to go on may take to end. */
const STOP_SECONDS = 10;
/** What is left to a container at least, however long the requests before it took. */
const LEAST_SECONDS = 5;

/** The shell function `live INGRESS`: names of the containers that a stack's Nginx leads to. Fails where it can't say. */
export const LIVE = `
live() {
  docker exec "$1" cat ${CONF_FOLDER}/release.conf | sed -n 's/^  server \\([^:;]*\\):.*/\\1/p' | sort -u
}`;

/**
 * Shell functions on the app's containers.
 *
 * - `stop_unserved INGRESS` stops those that Nginx does not lead to: what a release that failed has started,
 *   which else would work on the database beside the one that is live. Whoever needs one starts it again.
 * - `end_unserved INGRESS SECONDS` is for those of the release before: it prints the names of those that had
 *   to be killed.
 */
export function lifeFunctions(owner: Owner): string {
  return `${LIVE}
unserved() {
  served=$(live "$1")
  if [ -z "$served" ]; then return; fi
  docker ps --format '{{.Names}}' ${labelFilters(owner, "web")} | while read -r one; do
    if ! printf '%s\\n' "$served" | grep -qxF "$one"; then echo "$one"; fi
  done
}
stop_unserved() {
  one=$(unserved "$1")
  if [ -n "$one" ]; then docker stop -t ${STOP_SECONDS} $one >/dev/null; fi
}
end_unserved() {
  end_in "$2" $(unserved "$1")
}${END_IN}`;
}

/** The shell function `end_in SECONDS [CONTAINER...]`, which prints the names of those that had to be killed. */
export const END_IN = `
end_in() {
  allowed=$1
  shift
  if [ "$#" -eq 0 ]; then return; fi
  if [ "$allowed" -lt ${LEAST_SECONDS} ]; then allowed=${LEAST_SECONDS}; fi
  docker stop -t "$allowed" "$@" >/dev/null
  for one; do
    if [ "$(docker inspect --format '{{.State.ExitCode}} {{.State.OOMKilled}}' "$one")" = "137 false" ]; then
      echo "${KILLED}$one $allowed"
    fi
  done
}`;

/** The shell function `with_exit_code`, of `$CONTAINER`: nothing for one that has started again since, or ended well. */
export const WITH_EXIT_CODE = `
with_exit_code() {
  ended_with=$(docker inspect --format '{{.State.ExitCode}}' "$CONTAINER")
  if [ "$ended_with" != 0 ]; then printf ', with exit code %s' "$ended_with"; fi
}`;
