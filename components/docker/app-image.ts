import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { labelOptions, labels, type Owner } from "../labels.ts";
import type { Machine, Script } from "../machine/machine.ts";
import { quote } from "../quote.ts";
import { noShell } from "../shell-command.ts";
import { markFunctions, markRepository } from "./image-marks.ts";

export interface AppImageArgs {
  readonly machine: Machine;
  readonly owner: Owner;
  readonly from: ImageReference | ImageSource | ImageArchive;
  /** What the registry of a reference asks for; undefined pulls as anybody. */
  readonly registry: RegistryLogin | undefined;
  /**
   * What a build reads and an image never has, by the id of its mount: files where Pulumi runs. Their paths are
   * all that the step knows, so that another value alone builds nothing anew.
   */
  readonly buildSecrets: Readonly<Record<string, pulumi.Input<string>>>;
  /** Settings whose commands the image's `/bin/sh` is to run: an image that has none is refused. */
  readonly shellFor: readonly string[];
}

/** An image that exists in a registry or in the engine. */
export interface ImageReference {
  readonly reference: string;
}

/** An image that `docker save` wrote to a file, for machines that reach no registry. */
export interface ImageArchive {
  /** Path of the file where Pulumi runs. */
  readonly archive: string;
  /** What the engine calls the image when it has loaded it: a name, or an id. */
  readonly loadedAs: string;
  /** Changes with the image. */
  readonly key: string;
}

/** A folder with a Dockerfile. */
export interface ImageSource {
  readonly context: string;
  /**
   * Command of the machine that runs Pulumi: with the context, the Dockerfile and a folder as arguments, it
   * copies to that folder what the builder is sent, and prints paths that were left out because git ignores them.
   */
  readonly stage: string;
  /** Relative to the context. */
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly args: Readonly<Record<string, string>>;
  /** Changes when the image would change; it becomes the tag. */
  readonly key: string;
  /** Baked into the image through the build argument COMMIT. */
  readonly commit: string;
}

export interface RegistryLogin {
  readonly server: string;
  readonly username: string;
  readonly password: pulumi.Output<string>;
}

/**
 * The app's image on the machine: built from a folder, loaded from a file, or pulled where it is not
 * there yet. What is built or loaded is tagged with a key of its content, so that its reference is known
 * before it is there.
 *
 * Deleting the component removes the images of this stack, but for those that another stack or a
 * container uses.
 */
export class AppImage extends pulumi.ComponentResource {
  /** What containers are made from. Known in previews; the image is there once the component is. */
  readonly reference: string;
  /** Name by which this stack keeps the image in the engine. */
  readonly mark: string;
  /** Content address of the image in the engine. */
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: AppImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:docker:AppImage", name, {}, opts);
    const { from, machine, owner } = args;
    // Removed last, when no container of the stack is left.
    const marks = machine.run(
      `${name}-marks`,
      {
        values: {},
        functions: markFunctions(owner),
        apply: ":",
        remove: 'marks | while read -r mark; do drop_image "$mark" --no-prune; done',
      },
      { parent: this },
    );
    const child = { parent: this, dependsOn: [marks] };

    this.mark = markOf(owner, from);
    this.reference = "reference" in from ? from.reference : this.mark;
    const withShell = (script: Script) => needsShell(script, args);
    const step =
      "reference" in from
        ? machine.run(`${name}-pull`, withShell(pullScript(from, this.mark, args.registry)), child)
        : "archive" in from
          ? machine.runLocal(`${name}-load`, withShell(loadScript(from, this.mark)), child)
          : machine.runLocal(
              `${name}-build`,
              withShell(buildScript(owner, from, this.mark, args.buildSecrets)),
              child,
            );

    this.id = step.stdout;
    this.registerOutputs({ reference: this.reference, id: this.id });
  }
}

/** Name by which a stack keeps an image in the engine: its own, so that no other stack removes it. */
export function markOf(owner: Owner, from: AppImageArgs["from"]): string {
  const repository = markRepository(owner);
  if (!("reference" in from)) return `${repository}:${from.key}`;
  // One that the stack built or loaded before.
  if (from.reference.startsWith(`${repository}:`)) return from.reference;
  const key = createHash("sha256").update(from.reference).digest("hex").slice(0, 12);
  return `${repository}:${key}`;
}

export function buildScript(
  owner: Owner,
  source: ImageSource,
  mark: string,
  secrets: AppImageArgs["buildSecrets"],
): Script {
  const files = Object.entries(secrets).map(([id, path], index) => ({
    ...{ id, path },
    variable: `BUILD_SECRET_${index}`,
  }));
  const options = [
    `--file "$work"/${quote(source.dockerfile)}`,
    ...(source.target === undefined ? [] : [`--target ${quote(source.target)}`]),
    ...Object.entries({ ...source.args, COMMIT: source.commit }).map(
      ([key, value]) => `--build-arg ${quote(`${key}=${value}`)}`,
    ),
    ...files.map(({ id, variable }) => `--secret id=${id},src="$${variable}"`),
    labelOptions(labels(owner, "image")),
  ];
  return {
    values: {
      MARK: mark,
      CONTEXT: source.context,
      DOCKERFILE: source.dockerfile,
      ...Object.fromEntries(files.map(({ variable, path }) => [variable, path])),
    },
    apply: `${files.length === 0 ? "" : NEEDS_BUILDKIT}
  # Its name is a key of its content: built anew, it would leave the one that is there without a name.
  if on_host docker image inspect --format '{{.Id}}' "$MARK" 2>/dev/null; then return; fi
  ${STAGE_CONTEXT.trim().replace("STAGE", source.stage)}
  with_engine docker build --force-rm --tag "$MARK" ${options.join(" ")} "$work" >&2 || {
    if [ -n "$left_out" ]; then
      echo "The build is not sent what git ignores: $left_out. If it needs one of these, let it in by a line" \\
        "in .dockerignore, as !dist." >&2
    fi
    exit 1
  }
  on_host docker image inspect --format '{{.Id}}' "$MARK"`,
    ...(files.length > 0 && {
      remove: files.map(({ variable }) => `rm -f "$${variable}"`).join("\n"),
    }),
  };
}

/** What is sent is what the key was made of. One that was killed may have left its folder. */
const STAGE_CONTEXT = `
  work=\${TMPDIR:-/tmp}/slipway-build-$(printf %s "$MARK" | tr -c 'a-z0-9' -)$(id -u)
  rm -rf "$work"-*
  work=$(mktemp -d "$work-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  left_out=$(STAGE "$CONTEXT" "$DOCKERFILE" "$work")`;

/** Without it, where it is not there, the old builder would say that it knows no such option. */
const NEEDS_BUILDKIT = `
  export DOCKER_BUILDKIT=1
  said=$(docker build --help 2>&1) || :
  case $said in
    *--secret*) ;;
    *)
      echo "slipway:buildSecrets need BuildKit, and the docker command of this machine has none. Install its" \\
        "buildx component (https://docs.docker.com/go/buildx/)." >&2
      exit 1
      ;;
  esac`;

/** Looked for where the image gets there, so that nothing was migrated or started when it is missing. */
function needsShell(script: Script, { owner, shellFor }: AppImageArgs): Script {
  if (shellFor.length === 0) return script;
  return {
    ...script,
    apply: `${script.apply}
  at_engine() { if command -v on_host >/dev/null; then on_host "$@"; else "$@"; fi; }
  unstarted=$(at_engine docker create ${labelOptions(labels(owner, "step"))} --entrypoint none "$MARK" </dev/null)
  has_shell=yes
  at_engine docker cp "$unstarted:/bin/sh" - </dev/null >/dev/null 2>&1 || has_shell=no
  at_engine docker rm --force --volumes "$unstarted" </dev/null >/dev/null
  if [ "$has_shell" = no ]; then
    echo ${quote(noShell(shellFor))} >&2
    exit 1
  fi`,
  };
}

function loadScript(from: ImageArchive, mark: string): Script {
  return {
    values: { MARK: mark, ARCHIVE: from.archive, LOADED_AS: from.loadedAs },
    apply: `
  if ! on_host docker image inspect "$MARK" >/dev/null 2>&1; then
    on_host docker load --quiet <"$ARCHIVE" >&2
    on_host docker tag "$LOADED_AS" "$MARK"
  fi
  on_host docker image inspect --format '{{.Id}}' "$MARK"`,
  };
}

export function pullScript(
  from: ImageReference,
  mark: string,
  registry: RegistryLogin | undefined,
): Script {
  return {
    values: {
      REFERENCE: from.reference,
      MARK: mark,
      SERVER: registry?.server ?? "",
      USERNAME: registry?.username ?? "",
      PASSWORD: registry?.password ?? "",
    },
    apply: `
  if ! docker image inspect "$REFERENCE" >/dev/null 2>&1; then
    if [ "$REFERENCE" = "$MARK" ]; then
      echo "$REFERENCE is no longer in the engine. The stack built or loaded it there, so no registry has it." \\
        "Release another one: with the variable SLIPWAY_IMAGE, its reference or ./FILE.tar; or change the app." >&2
      exit 1
    fi
    if [ -n "$SERVER" ]; then
      # For this pull alone: nothing of the login stays on the machine.
      DOCKER_CONFIG=$(mktemp -d)
      export DOCKER_CONFIG
      trap 'rm -rf "$DOCKER_CONFIG"' EXIT
      trap 'exit 1' HUP INT TERM
      printf %s "$PASSWORD" | docker login --username "$USERNAME" --password-stdin "$SERVER" >/dev/null 2>&1 || {
        echo "$SERVER refused the login of $USERNAME (slipway:registry, slipway:registryPassword)." >&2
        exit 1
      }
    fi
    docker pull --quiet "$REFERENCE" >&2 || {
      echo "$REFERENCE could not be pulled. A registry that asks for a login: slipway:registry, registryUser," \\
        "registryPassword. A machine that reaches none takes an archive: slipway:image=./FILE.tar." >&2
      exit 1
    }
  fi
  docker tag "$REFERENCE" "$MARK"
  docker image inspect --format '{{.Id}}' "$REFERENCE"`,
  };
}
