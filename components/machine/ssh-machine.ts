import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { after } from "../after.ts";
import { type Owner, ownerFilters } from "../labels.ts";
import { quote } from "../quote.ts";
import { shellFile } from "../shell-file.ts";
import { commandStep } from "./command-step.ts";
import type { Machine, Script, Step } from "./machine.ts";
import { type SshConnection, sshOptions } from "./ssh-connection.ts";

export interface SshMachineArgs extends SshConnection {
  readonly owner: Owner;
  /** How long the machine may take to let somebody in, and Docker to answer. */
  readonly readySeconds: number;
  /** A disk for data that is the machine's, and the folder where it is to be. */
  readonly data?: { readonly device: pulumi.Input<string>; readonly folder: string };
}

/**
 * A Linux server that is reached by the `ssh` command. When Docker is not there, and it is a Debian or an
 * Ubuntu, it is installed from the distribution's packages. Deleting the component deletes nothing.
 *
 * Another address may lead to the same server. One that has nothing of the stack is refused before anything is
 * done there, unless the data is on a disk that goes from machine to machine.
 */
export class SshMachine extends pulumi.ComponentResource implements Machine {
  readonly dockerProvider: docker.Provider;
  readonly options: pulumi.ComponentResourceOptions;
  readonly address: pulumi.Output<string>;
  readonly dataFolder?: string;
  readonly #shell: pulumi.Output<string>;
  readonly #here: pulumi.Output<string>;

  constructor(name: string, args: SshMachineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:machine:SshMachine", name, {}, opts);
    const child = { parent: this };
    const commands = new command.Provider(`${name}-command`, {}, child);
    const options = sshOptions(args);
    const ssh = pulumi
      .all([options, args.address])
      .apply(
        ([words, address]) =>
          `ssh ${words.map(quoteWhereNeeded).join(" ")} ${args.user}@${address}`,
      );
    const ready = commandStep(
      "sh",
      `${name}-ready`,
      withHere(ssh.apply(hereFunctions), readyScript(args)),
      { ...child, provider: commands },
      WHEN_LOST,
    );
    this.#shell = after(pulumi.interpolate`${ssh} sh`, ready);
    this.#here = after(ssh.apply(hereFunctions), ready);
    this.dockerProvider = new docker.Provider(
      `${name}-docker`,
      {
        host: after(pulumi.interpolate`ssh://${args.user}@${args.address}:${args.port}`, ready),
        sshOpts: options,
      },
      child,
    );
    this.options = { providers: [this.dockerProvider, commands] };
    if (args.data !== undefined) this.dataFolder = args.data.folder;
    this.address = pulumi.output(args.address);
    this.registerOutputs({ address: this.address, ssh });
  }

  run(name: string, script: Script, opts: pulumi.CustomResourceOptions): Step {
    return commandStep(this.#shell, name, script, opts, WHEN_LOST);
  }

  runLocal(name: string, script: Script, opts: pulumi.CustomResourceOptions): Step {
    return commandStep("sh", name, withHere(this.#here, script), opts, WHEN_LOST);
  }
}

/** Only ssh ends a step so, and it says nothing where steps share a connection. */
const WHEN_LOST =
  "[ $code -ne 255 ] || echo 'The connection to the machine was lost, or could not be made. " +
  "What the step had begun may go on there.' >&2";

function withHere(here: pulumi.Output<string>, script: Script): Script {
  return {
    ...script,
    values: { ...script.values, SSH_FUNCTIONS: here },
    functions: `eval "$SSH_FUNCTIONS"\n${script.functions ?? ""}`,
  };
}

const quoteWhereNeeded = (word: string) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : quote(word));

/** What the scripts that run here are given to reach the machine. */
function hereFunctions(ssh: string): string {
  return `
# The words of a command reach the machine as they are.
on_host() {
  words=
  for word; do words="$words '$(printf %s "$word" | sed "s/'/'\\\\\\\\''/g")'"; done
  ${ssh} "$words"
}
# What is said from now on goes over a new connection: a login's groups are those of its beginning.
log_in_again() {
  ${ssh.replace(/^ssh /, "ssh -O exit ")} 2>/dev/null || :
}
# The machine's socket under a name of this one, for as long as the command takes.
with_engine() {
  tunnel=$(mktemp -d)
  ${ssh.replace(/^ssh /, "ssh -nNT -o ControlPath=none -o ExitOnForwardFailure=yes ")} \\
    -L "$tunnel/docker.sock:/var/run/docker.sock" &
  forwarding=$!
  trap 'kill "$forwarding" 2>/dev/null || :; rm -rf "$tunnel"' EXIT
  trap 'exit 1' HUP INT TERM
  tries=100
  while [ ! -S "$tunnel/docker.sock" ]; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then echo "The engine's socket could not be forwarded." >&2; exit 1; fi
    sleep 0.1
  done
  DOCKER_HOST=unix://$tunnel/docker.sock "$@"
}`;
}

/** Waits for the machine, and sees to it that Docker answers; what it said last is in the error. */
function readyScript(args: SshMachineArgs): Script {
  const { owner, address, port, user, readySeconds, data, files } = args;
  return {
    values: {
      USER_NAME: user,
      SECONDS_ALLOWED: String(readySeconds),
      PREPARE,
      NEW: data === undefined ? "no" : "yes",
      DATA_DEVICE: data?.device ?? "",
      DATA_FOLDER: data?.folder ?? "",
      FILES: files.path,
      STACK: owner.stack,
      PLACE: pulumi.interpolate`${address} port ${port}`,
    },
    functions: `
refused() {
  echo "The machine let nobody in. ssh said: $said" >&2
  echo "$*" >&2
  exit 1
}
let_in() {
  deadline=$(($(date +%s) + SECONDS_ALLOWED))
  while ! said=$(on_host true 2>&1); do
    # A server that is there gives its final answer at once; a new one may not be that far yet.
    case $NEW:$said in
      no:*"Permission denied"*)
        refused "It takes another key, or knows no $USER_NAME: pulumi config set --secret sshKey <KEY_FILE," \\
          "pulumi config set sshUser NAME."
        ;;
      no:*"verification failed"*)
        refused "Its key is not that of sshHostKey, or of your known_hosts. If you know why, and" \\
          "\`ssh-keyscan\` shows the key that it should have: pulumi config set sshHostKey 'TYPE BASE64'."
        ;;
      no:*"Connection refused"* | no:*"not resolve"*)
        refused "Is it there? pulumi config set sshHost HOST, pulumi config set sshPort PORT."
        ;;
    esac
    if [ "$(date +%s)" -ge "$deadline" ]; then
      echo "The machine did not let anybody in within $SECONDS_ALLOWED seconds. ssh said: $said" >&2
      exit 1
    fi
    sleep 2
  done
}
prepare() {
  left=$((deadline - $(date +%s)))
  on_host sh -euc "$PREPARE" sh "$([ "$left" -gt 30 ] && echo "$left" || echo 30)" \\
    "$DATA_DEVICE" "$DATA_FOLDER"
}
# All that a stack has on a machine is on its network or on its volumes.
is_mine() {
  on_host sh -euc 'command -v docker >/dev/null || exit 0
    docker network ls --quiet "$@"; docker volume ls --quiet "$@"' sh ${ownerFilters(owner)}
}
refuse_other() {
  cat >&2 <<TEXT
slipway:sshHost leads to $PLACE, and stack "$STACK" is on $1. This server has nothing of the stack, whose data
would not move, but be left behind. Nothing was done here. Put it back:
  pulumi config set sshHost HOST -s $STACK
To move, let a second stack take over: "Move a stack" in docs/runbook.md. When its data may go, first:
  ./slipway destroy -s $STACK --data
TEXT
  exit 1
}
make_ready() {
  code=0
  version=$(prepare) || code=$?
  if [ "$code" -eq ${LOG_IN_AGAIN} ]; then
    log_in_again
    version=$(prepare)
  elif [ "$code" -ne 0 ]; then
    return "$code"
  fi
  echo "$version at $PLACE"
}`,
    apply: `
  let_in
  make_ready`,
    update: `
  let_in
  # Those of earlier versions have only Docker's version there.
  case \${PULUMI_COMMAND_STDOUT-} in
    *" at "*) was=\${PULUMI_COMMAND_STDOUT##* at } ;;
    *) was="another server" ;;
  esac
  if [ "$NEW" = no ] && [ "$was" != "$PLACE" ]; then
    mine=$(is_mine)
    if [ -z "$mine" ]; then refuse_other "$was"; fi
  fi
  make_ready`,
    // Of all that reaches the machine this is deleted last: nobody needs its keys any more.
    remove: `rm -rf "$FILES"`,
  };
}

/** How what runs on the machine says that its user has a new group, and that it wants to be run once more. */
const LOG_IN_AGAIN = 75;

/**
 * Runs on the machine: $1 seconds at most, with the disk $2 for the folder $3 where there is one. Its only
 * output is the version of Docker.
 */
const PREPARE = shellFile(import.meta.dirname, "prepare-host.sh", { LOG_IN_AGAIN });
