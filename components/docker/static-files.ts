import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { labelOptions, labels, type Owner } from "../labels.ts";
import type { Machine, Script } from "../machine/machine.ts";
import { CONF_FOLDER, PREVIOUS_RELEASES, STATIC_FOLDER } from "../nginx/places.ts";
import { SOME_FILE, SOURCES, sourceWarning } from "../static-check.ts";

export interface StaticFilesArgs {
  readonly machine: Machine;
  readonly owner: Owner;
  readonly image: string;
  /** Folder in the image. */
  readonly path: string;
  /** Container of Nginx, with the volume that the files go to. */
  readonly ingress: pulumi.Input<string>;
}

/** Folders of verified releases, newest first, a line each: below the folder that Nginx serves. */
const VERIFIED = ".verified";

/**
 * The static files of a release, copied out of the app's image to where Nginx serves them, beside
 * those of the releases before it. They are served once the release is switched to; until then nothing
 * that is served is touched, nor what a rollback may go back to.
 */
export class StaticFiles extends pulumi.ComponentResource {
  /** Folder of this release's files, below the folder that Nginx serves. */
  readonly folder: string;

  constructor(name: string, args: StaticFilesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:docker:StaticFiles", name, {}, opts);
    this.folder = createHash("sha256")
      .update(`${args.image} ${args.path}`)
      .digest("hex")
      .slice(0, 12);
    const copied = args.machine.run(`${name}-copied`, copyScript(name, this.folder, args), {
      parent: this,
    });
    void copied.stdout.apply((printed) => {
      const text = sourceWarning(args.path, printed);
      if (text !== undefined) void pulumi.log.warn(text, this);
    });
    this.registerOutputs({ folder: this.folder });
  }
}

export function copyScript(name: string, folder: string, args: StaticFilesArgs): Script {
  return {
    values: {
      CONTAINER: `${args.owner.project}-${args.owner.stack}-${name}`,
      INGRESS: args.ingress,
      IMAGE: args.image,
      FROM: args.path,
      FOLDER: folder,
    },
    functions: `
in_files() { docker exec --interactive --workdir ${STATIC_FOLDER} "$INGRESS" sh -euc "$@"; }
name_sources() {
  in_files 'cd "$1"; ${SOURCES}' sh "$FOLDER" </dev/null
}`,
    apply: `
  id=$(docker image inspect --format '{{.Id}}' "$IMAGE")
  # It may be the one that is served: after a failed release, or on the way back to it.
  if [ "$(in_files 'if [ -d "$1" ]; then cat ".image-$1" 2>/dev/null || :; fi' sh "$FOLDER" </dev/null)" = "$id" ]; then
    name_sources
    return
  fi
  docker rm --force --volumes "$CONTAINER" >/dev/null 2>&1 || :
  work=$(mktemp -d)
  trap 'rm -rf "$work"; docker rm --force --volumes "$CONTAINER" >/dev/null 2>&1 || :' EXIT
  trap 'exit 1' HUP INT TERM
  docker create --name "$CONTAINER" ${labelOptions(labels(args.owner, "step"))} \\
    --entrypoint none "$IMAGE" >/dev/null
  if ! docker cp "$CONTAINER:$FROM/." - >"$work/files.tar"; then
    echo "The image has no folder $FROM. Say where its static files are (slipway:staticPath), or that there are none." >&2
    exit 1
  fi
  in_files '
    # What a killed run left, and releases that failed: neither verified nor served.
    rm -rf ./*.new ./*.old
    if [ -e ${VERIFIED} ]; then
      for folder in */; do
        folder=\${folder%/}
        if [ ! -d "$folder" ] || grep -qxF "$folder" ${VERIFIED}; then continue; fi
        if ! grep -qwF "$folder" ${CONF_FOLDER}/release.conf; then rm -rf "$folder" ".image-$folder"; fi
      done
    fi
    mkdir "$1.new"
    tar -x -f - -C "$1.new" --no-same-owner
    chmod -R a+rX "$1.new"
    if [ -e "$1" ]; then mv "$1" "$1.old"; fi
    mv "$1.new" "$1"
    rm -rf "$1.old"
    printf "%s\\n" "$2" >".image-$1"' sh "$FOLDER" "$id" <"$work/files.tar"
  name_sources`,
  };
}

/**
 * Shell functions of the switch, for the folder `FILES` of its release, or `none`: `earlier_files` prints the part
 * of `release.conf` that names the releases before, `keep_files` remembers a verified release and removes what
 * no release that stays has, and `some_file` prints the path of a file that is served.
 */
export function filesFunctions(imagesKept: number): string {
  const kept = Math.max(imagesKept, PREVIOUS_RELEASES.length + 1);
  return `
earlier_files() {
  in_files '
    set -- $(if [ -e ${VERIFIED} ]; then grep -vxF "$1" ${VERIFIED} || :; fi)
    for number in ${PREVIOUS_RELEASES.map((_, index) => index + 1).join(" ")}; do
      printf "map \\$host \\$earlier_files_%s {\\n  default %s;\\n}\\n" "$number" "\${1:-none}"
      if [ $# -gt 0 ]; then shift; fi
    done' sh "$FILES"
}
keep_files() {
  if [ "$FILES" = none ]; then return; fi
  in_files '
    { echo "$1"; if [ -e ${VERIFIED} ]; then grep -vxF "$1" ${VERIFIED} || :; fi; } | head -n ${kept} >${VERIFIED}.new
    mv ${VERIFIED}.new ${VERIFIED}
    for folder in */; do
      folder=\${folder%/}
      if [ ! -d "$folder" ] || grep -qxF "$folder" ${VERIFIED}; then continue; fi
      rm -rf "$folder" ".image-$folder"
    done' sh "$FILES"
}
${SOME_FILE_FUNCTIONS}`;
}

/** The shell function `some_file` of these, with what it takes: `INGRESS` and `FILES`. */
export const SOME_FILE_FUNCTIONS = `
in_files() { docker exec --workdir ${STATIC_FOLDER} "$INGRESS" sh -euc "$@"; }
some_file() {
  if [ "$FILES" = none ]; then return; fi
  in_files 'cd "$1"; ${SOME_FILE}' sh "$FILES"
}`;
