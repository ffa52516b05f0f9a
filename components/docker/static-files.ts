import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { labelOptions, labels, type Owner } from "../labels.ts";
import type { Machine, Script } from "../machine/machine.ts";
import { PREVIOUS_RELEASES, STATIC_FOLDER } from "../nginx-places.ts";

export interface StaticFilesArgs {
  readonly machine: Machine;
  readonly owner: Owner;
  readonly image: string;
  /** Folder in the image. */
  readonly path: string;
  /** Container of Nginx, with the volume that the files go to. */
  readonly ingress: pulumi.Input<string>;
}

/**
 * The static files of a release, copied out of the app's image to where Nginx serves them, beside
 * those of the releases before it. They are served once the release is switched to.
 */
export class StaticFiles extends pulumi.ComponentResource {
  /** Folder of this release's files, below the folder that Nginx serves. */
  readonly folder: string;

  constructor(name: string, args: StaticFilesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:components:StaticFiles", name, {}, opts);
    this.folder = createHash("sha256")
      .update(`${args.image} ${args.path}`)
      .digest("hex")
      .slice(0, 12);
    args.machine.run(`${name}-copied`, copyScript(name, this.folder, args), { parent: this });
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
    apply: `
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
  docker exec --interactive --workdir ${STATIC_FOLDER} "$INGRESS" sh -eu -c '
    # What a killed run left.
    rm -rf ./*.new ./*.old
    mkdir "$1.new"
    tar -x -f - -C "$1.new" --no-same-owner
    chmod -R a+rX "$1.new" && touch "$1.new"
    # It may be the one that is served: after a failed release, or on the way back to it.
    if [ -e "$1" ]; then mv "$1" "$1.old"; fi
    mv "$1.new" "$1"
    rm -rf "$1.old"
    # Newest first: links for those that stay, and away with the others.
    set -- $(ls -1td -- */ | tr -d / | grep -v "^previous-" | grep -vx "$1")
    for link in ${PREVIOUS_RELEASES.join(" ")}; do
      rm -f "$link"
      if [ $# -gt 0 ]; then ln -s "$1" "$link"; shift; fi
    done
    for old; do rm -rf "$old"; done' sh "$FOLDER" <"$work/files.tar"`,
  };
}
