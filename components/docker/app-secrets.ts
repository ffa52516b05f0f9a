import * as pulumi from "@pulumi/pulumi";
import { SECRETS_FOLDER, type SecretFile } from "../app-environment.ts";
import { labelOptions, labels, type Owner } from "../labels.ts";
import type { Machine, Script } from "../machine/machine.ts";

export interface AppSecretsArgs {
  readonly machine: Machine;
  readonly owner: Owner;
  /** Image of the container that the files are copied through, which is never started. */
  readonly image: string;
  readonly files: readonly SecretFile[];
}

/**
 * The secrets of the app as files on a volume that never changes: another value is another volume, so that
 * containers of a release keep theirs. The old one goes last.
 *
 * On a volume, and not in the containers: a copy of one (`docker commit`, `docker export`) is without its
 * secrets, none of them can write there, and their own roots can be read-only. On disk, and not in memory:
 * what is in memory is gone when the machine starts again, and with it the app.
 */
export class AppSecrets extends pulumi.ComponentResource {
  /** Name of the volume. */
  readonly volumeName: pulumi.Output<string>;

  constructor(name: string, args: AppSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:docker:AppSecrets", name, {}, opts);
    this.volumeName = args.machine.run(`${name}-written`, writeScript(args), {
      parent: this,
    }).stdout;
    this.registerOutputs({ volumeName: this.volumeName });
  }
}

/**
 * The volume has no label of the stack's: those who look for what a killed run has left would not find it in
 * the state, where only this step is.
 */
function writeScript({ owner, image, files }: AppSecretsArgs): Script {
  return {
    values: {
      IMAGE: image,
      LABEL: `slipway.secrets=${owner.project}-${owner.stack}`,
      ...Object.fromEntries(files.map(({ name, content }) => [`SECRET_${name}`, content])),
    },
    replaceOn: [image, ...files.flatMap(({ name, content }) => [name, content])],
    apply: `
  # What a killed run has left. One that a container has stays.
  for left in $(docker volume ls --quiet --filter dangling=true --filter "label=$LABEL"); do
    docker volume rm "$left" >/dev/null 2>&1 || :
  done
  # In memory where the machine has such a folder: secrets pass through it.
  memory=/dev/shm
  [ -w "$memory" ] || memory=\${TMPDIR:-/tmp}
  work=$(mktemp -d "$memory/slipway-secrets-XXXXXX")
  container=
  clean_up() {
    rm -rf "$work"
    if [ -n "$container" ]; then docker rm --force "$container" >/dev/null 2>&1 || :; fi
  }
  trap clean_up EXIT
  trap 'exit 1' HUP INT TERM
${files.map(({ name }) => `  printf %s "$SECRET_${name}" >"$work/${name}"`).join("\n")}
  # The app may run as any user of its image.
  chmod -R a+rX "$work"
  volume=$(docker volume create --label "$LABEL")
  container=$(docker create ${labelOptions(labels(owner, "step"))} --volume "$volume:${SECRETS_FOLDER}" \\
    --entrypoint none "$IMAGE")
  docker cp "$work/." "$container:${SECRETS_FOLDER}" >/dev/null
  printf %s "$volume"`,
    remove: `docker volume rm "$PRINTED" >/dev/null 2>&1 || :`,
  };
}
