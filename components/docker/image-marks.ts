import type { Owner } from "../labels.ts";

/** Repository of the names that a stack gives to its images; each such name keeps an image in the engine. */
export function markRepository({ project, stack }: Owner): string {
  return `${project}-${stack}/app`;
}

/**
 * Shell functions on a stack's marks: `marks` lists them; `drop_image MARK` takes one away, and with it
 * every name of the image, unless that has another mark, of this stack or another, or a container is made
 * from it. With
 * `--no-prune` after it, the layers below stay, which are the engine's build cache.
 */
export function markFunctions(owner: Owner): string {
  return `
marks() {
  docker image ls --format '{{.Repository}}:{{.Tag}}' '${markRepository(owner)}'
}
drop_image() {
  id=$(docker image inspect --format '{{.Id}}' "$1")
  names=$(docker image inspect --format \\
    '{{range .RepoTags}}{{println .}}{{end}}{{range .RepoDigests}}{{println .}}{{end}}' "$1")
  if printf '%s\\n' "$names" | grep -vxF "$1" | grep -q '^${owner.project}-[^/]*/app:' ||
    [ -n "$(docker ps --all --quiet --filter "ancestor=$id")" ]; then
    names=$1
  fi
  printf '%s\\n' "$names" | while read -r one; do
    if [ -n "$one" ]; then docker image rm \${2-} "$one" >/dev/null 2>&1 || :; fi
  done
}`;
}
