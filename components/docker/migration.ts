import * as pulumi from "@pulumi/pulumi";
import { type AppEnvironment, assignments, SECRETS_FOLDER } from "../app-environment.ts";
import { labelOptions, labels, type Owner } from "../labels.ts";
import type { Machine, Script } from "../machine/machine.ts";
import { type DumpArgs, dumpScript } from "../postgres/dump.ts";
import type { PostgresShell } from "../postgres/shell.ts";
import { quote } from "../quote.ts";
import { type Command, inWords } from "../shell-command.ts";
import {
  type AppConfinementArgs,
  appConfinement,
  confinedOptions,
  confinementHints,
} from "./confinement.ts";

export interface MigrationArgs extends AppConfinementArgs {
  readonly machine: Machine;
  readonly owner: Owner;
  readonly network: pulumi.Input<string>;
  /** The new image, in which the command runs. */
  readonly image: string;
  readonly command: Command;
  readonly environment: AppEnvironment;
  /** Volume with the files of the environment; undefined where it has none. */
  readonly secretsVolume: pulumi.Input<string> | undefined;
  /** The migration is stopped, and has failed, after this time. */
  readonly timeoutSeconds: number;
  /** Which data it migrates: with another it is run again. Undefined where nobody knows. */
  readonly data: pulumi.Input<string> | undefined;
  /** What is dumped first; undefined dumps nothing. */
  readonly dump: (DumpArgs & { readonly server: PostgresShell }) | undefined;
}

/**
 * The migration of the database: one command, run once in the new image before anything of that image
 * takes traffic. When it fails, what comes after it does not happen, and the next `up` runs it again.
 * Leaves no container behind; what it did to the database stays.
 *
 * A dump of the database precedes it, and is a part of it, because a dump that is a step of its own would not
 * be taken again with a migration that is. Without one nothing is migrated.
 */
export class Migration extends pulumi.ComponentResource {
  constructor(name: string, args: MigrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:docker:Migration", name, {}, opts);
    args.machine.run(name, migrationScript(name, args), { parent: this });
    this.registerOutputs({});
  }
}

export function migrationScript(name: string, args: MigrationArgs): Script {
  const dump = args.dump && dumpScript(args.dump.server, args.dump);
  return {
    values: {
      ...dump?.values,
      CONTAINER: `${args.owner.project}-${args.owner.stack}-${name}`,
      NETWORK: args.network,
      IMAGE: args.image,
      COMMAND: inWords(args.command),
      SECONDS_ALLOWED: String(args.timeoutSeconds),
      VARIABLES: pulumi.all(assignments(args.environment)).apply((all) => all.join("\n")),
      SECRETS: args.secretsVolume ?? "",
      DATA: args.data ?? "",
    },
    functions: `${dump?.functions ?? ""}${confinementHints(args)}`,
    apply: `${dump === undefined ? "" : `\n  ${dump.apply}`}
  # One that was killed may have left its container, perhaps still at work, and its files.
  docker rm --force --volumes "$CONTAINER" >/dev/null 2>&1 || :
  # In memory where the machine has such a folder: secrets pass through it.
  memory=/dev/shm
  [ -w "$memory" ] || memory=\${TMPDIR:-/tmp}
  work=$memory/$CONTAINER-$(id -u)
  rm -rf "$work"-*
  work=$(mktemp -d "$work-XXXXXX")
  container=
  # By its id: one whose connection was lost may end only now, and the name is the next one's by then.
  clean_up() {
    rm -rf "$work"
    if [ -n "$container" ]; then docker rm --force --volumes "$container" >/dev/null 2>&1 || :; fi
  }
  trap clean_up EXIT
  trap 'exit 1' HUP INT TERM
  printf '%s\\n' "$VARIABLES" >"$work/variables"
  container=$(docker create --name "$CONTAINER" ${labelOptions(labels(args.owner, "step"))} --network "$NETWORK" \\
    ${confinedOptions(appConfinement(args))} \${SECRETS:+--volume "$SECRETS:${SECRETS_FOLDER}:ro"} \\
    --env-file "$work/variables" ${startOptions(args.command)})
  code=0
  began=$(date +%s)
  # Some clients hand TERM on to the command, which may not heed it, and wait for it.
  timeout -k 5 "$SECONDS_ALLOWED" docker start --attach "$container" >&2 || code=$?
  if [ "$code" -ge 124 ] && [ $(($(date +%s) - began)) -ge "$SECONDS_ALLOWED" ]; then
    echo "The migration was stopped: it took longer than $SECONDS_ALLOWED seconds (slipway:migrateSeconds)." >&2
    exit 1
  elif [ "$code" -ne 0 ]; then
    echo "The migration failed with exit code $code: $COMMAND, in $IMAGE." >&2
    docker logs --tail 30 "$container" 2>&1 | confinement_hints
    echo "Nothing was switched. Mend it and run up again; it starts with the migration." >&2
    exit 1
  fi${dump === undefined ? "" : `\n  ${dump.succeeded}`}`,
  };
}

/** The image and what runs in it, as words of `docker create`. */
function startOptions(command: Command): string {
  if (typeof command === "string") return '--entrypoint /bin/sh "$IMAGE" -c "$COMMAND"';
  const [program = "", ...more] = command;
  return [`--entrypoint ${quote(program)} "$IMAGE"`, ...more.map(quote)].join(" ");
}
