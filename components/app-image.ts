import * as pulumi from "@pulumi/pulumi";
import { labelFilters, labelOptions, labels, type Owner } from "./labels.ts";
import type { Machine, Script } from "./machine.ts";
import { quote } from "./script.ts";

export interface AppImageArgs {
  readonly machine: Machine;
  readonly owner: Owner;
  readonly from: ImageReference | ImageSource;
}

/** An image that exists in a registry or in the engine. */
export interface ImageReference {
  readonly reference: string;
}

/** A folder with a Dockerfile. */
export interface ImageSource {
  readonly context: string;
  /** Relative to the context. */
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly args: Readonly<Record<string, string>>;
  /** Changes when the image would change; it becomes the tag. */
  readonly key: string;
  /** Baked into the image through the build argument COMMIT. */
  readonly commit: string;
}

/** Builds of a stack that stay in the engine, so that going back needs no build. */
const BUILDS_KEPT = 5;

/**
 * The app's image on the machine: built from a folder, or pulled where it is not there yet.
 *
 * A build is tagged with a key of its content, so that its reference is known before it is built.
 * Deleting the component removes the images that this stack built, and none that were pulled.
 */
export class AppImage extends pulumi.ComponentResource {
  /** What containers are made from. Known in previews; the image is there once the component is. */
  readonly reference: string;
  /** Content address of the image in the engine. */
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: AppImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:components:AppImage", name, {}, opts);

    const built = "context" in args.from;
    this.reference =
      "context" in args.from ? builtReference(args.owner, args.from) : args.from.reference;
    const script =
      "context" in args.from
        ? buildScript(args.owner, args.from, this.reference)
        : pullScript(this.reference);
    const step = args.machine.run(`${name}-${built ? "build" : "pull"}`, script, { parent: this });

    this.id = step.stdout;
    this.registerOutputs({ reference: this.reference, id: this.id });
  }
}

function builtReference(owner: Owner, source: ImageSource): string {
  return `${owner.project}-${owner.stack}/app:${source.key}`;
}

export function buildScript(owner: Owner, source: ImageSource, reference: string): Script {
  const options = [
    `--file ${quote(`${source.context}/${source.dockerfile}`)}`,
    ...(source.target === undefined ? [] : [`--target ${quote(source.target)}`]),
    ...Object.entries({ ...source.args, COMMIT: source.commit }).map(
      ([key, value]) => `--build-arg ${quote(`${key}=${value}`)}`,
    ),
    labelOptions(labels(owner, "image")),
  ];
  return {
    values: { REFERENCE: reference, CONTEXT: source.context },
    functions: `
builds() {
  docker image ls --filter dangling=false --format '{{.Repository}}:{{.Tag}}' \\
    ${labelFilters(owner, "image")}
}`,
    apply: `
  docker build --force-rm --tag "$REFERENCE" ${options.join(" ")} "$CONTEXT" >&2
  docker image inspect --format '{{.Id}}' "$REFERENCE"
  # The newest come first, but a build out of the cache keeps the date of its first one: never this one.
  # One that a container still uses can't be removed, and stays.
  builds | grep -vxF "$REFERENCE" | tail -n +${BUILDS_KEPT} | while read -r old; do
    docker image rm --no-prune "$old" >/dev/null 2>&1 || :
  done`,
    // Without pruning: the layers below are the engine's build cache, and make the next build quick.
    remove: `
  builds | while read -r build; do
    # It stays where something else made a container of it.
    docker image rm --no-prune "$build" >/dev/null || :
  done`,
  };
}

export function pullScript(reference: string): Script {
  return {
    values: { REFERENCE: reference },
    apply: `
  docker image inspect "$REFERENCE" >/dev/null 2>&1 || docker pull "$REFERENCE" >&2
  docker image inspect --format '{{.Id}}' "$REFERENCE"`,
  };
}
