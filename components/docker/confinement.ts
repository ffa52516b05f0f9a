import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Machine, Step } from "../machine/machine.ts";
import { type PostgresSize, sharedMemory as sharedMemoryOf } from "../postgres/conf.ts";
import { HBA_FOLDER } from "../postgres/hba.ts";

/** What a container may do and use, whatever runs in it. */
export interface Confinement {
  /**
   * What is left of root's rights, as Linux names them. Undefined leaves those that Docker gives, and lets
   * processes gain more, as `sudo` does.
   */
  readonly capabilities: readonly Capability[] | undefined;
  /** Folders in memory, the only ones beside volumes that can be written to; undefined is a writable root. */
  readonly writable: readonly string[] | undefined;
  /** MiB, what is in those folders included; undefined is no limit. */
  readonly memory: number | undefined;
  /** MiB of `/dev/shm`, a part of the memory; undefined is Docker's 64. */
  readonly sharedMemory?: number;
  /** Cores; undefined is no limit. */
  readonly cores?: string | undefined;
  /** Weight when the cores are contended for; undefined is Docker's 1024. */
  readonly cpuShares?: number;
  /** Processes and threads; undefined is no limit. */
  readonly processes: number | undefined;
}

type Capability =
  | "AUDIT_WRITE"
  | "CHOWN"
  | "DAC_OVERRIDE"
  | "FOWNER"
  | "KILL"
  | "NET_BIND_SERVICE"
  | "SETGID"
  | "SETPCAP"
  | "SETUID"
  | "SYS_CHROOT";

/** Nginx and Postgres go first where the app takes all cores: a page that says so is better than none. */
const FIRST = 2048;

/** A container of ours that does one thing and ends: psql, curl, a look at a volume. */
export const STEP: Confinement = {
  capabilities: [],
  writable: ["/tmp"],
  memory: 256,
  processes: 256,
};

/**
 * Nginx. Its master listens on 80, gives its folders to the user of its workers, becomes that user in them, and
 * tells them to end.
 */
export const NGINX: Confinement = {
  capabilities: ["CHOWN", "DAC_OVERRIDE", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"],
  writable: ["/run", "/tmp"],
  // A guard, not a size: workers are as many as cores, and for the time of a reload twice as many.
  memory: 1024,
  cpuShares: FIRST,
  processes: 1024,
};

/** Where Nginx keeps bodies that are larger than its buffers: on disk, so not in a folder in memory. */
export const NGINX_CACHE = "/var/cache/nginx";

/** Postgres: its image gives its folders to the server's user, and becomes that user. */
export function postgresConfinement(size: PostgresSize): Confinement {
  return {
    capabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"],
    writable: [HBA_FOLDER, "/tmp", "/var/run/postgresql"],
    memory: size.memory,
    sharedMemory: sharedMemoryOf(size),
    cpuShares: FIRST,
    processes: 2048,
  };
}

/** The ACME client, which gives what it got to the user of Nginx's workers. */
export const ACME_CLIENT: Confinement = {
  capabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER"],
  writable: ["/tmp"],
  memory: 256,
  processes: 256,
};

/** The Cloud SQL Auth Proxy, which runs as nobody in particular. */
export const PROXY: Confinement = {
  capabilities: [],
  writable: [],
  memory: 256,
  cpuShares: FIRST,
  processes: 1024,
};

/** `limited` is what hardly any image misses; `docker` is what Docker gives by itself. */
export type Privileges = "limited" | "docker";

export interface AppConfinementArgs {
  readonly privileges: Privileges;
  /** Whether the app can write to `/tmp` alone, which is in memory then. */
  readonly readOnlyRoot: boolean;
  /** Cores that the container may use; undefined is no limit. */
  readonly cpu: string | undefined;
  /** MiB that the container may use; undefined is no limit. */
  readonly memory: number | undefined;
}

/**
 * A container of the app. Its image may start as root: entry points give folders to a user (CHOWN, FOWNER,
 * DAC_OVERRIDE), become that user and give up the rest (SETUID, SETGID, SETPCAP), end its processes (KILL) and
 * listen on 80 (NET_BIND_SERVICE). `su` and cron open a session by PAM (AUDIT_WRITE), HAProxy and sshd lock
 * themselves into a folder (SYS_CHROOT). Of Docker's, these are left out: to make devices, to send packets of any
 * kind (ping needs none), to set rights on files, and to keep those of a file that is written to.
 */
export function appConfinement(args: AppConfinementArgs): Confinement {
  const writable = args.readOnlyRoot ? ["/tmp"] : undefined;
  const sizes = { cores: args.cpu, memory: args.memory, writable };
  return args.privileges === "docker"
    ? { ...sizes, capabilities: undefined, processes: undefined }
    : { ...sizes, capabilities: APP_CAPABILITIES, processes: APP_PROCESSES };
}

const APP_CAPABILITIES = [
  ...(["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL"] as const),
  ...(["NET_BIND_SERVICE", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"] as const),
];

/** Podman's limit, which its users live with. A thread counts as a process does. */
const APP_PROCESSES = 2048;

type Confined = Pick<
  docker.ContainerArgs,
  | "capabilities"
  | "securityOpts"
  | "readOnly"
  | "tmpfs"
  | "memory"
  | "memorySwap"
  | "shmSize"
  | "cpus"
  | "cpuShares"
>;

/**
 * A container's inputs. The plugin knows no limit of processes: see `limitProcesses`.
 *
 * @see https://github.com/pulumi/pulumi-docker/blob/v5.2.0/sdk/nodejs/container.ts
 */
export function confined(confinement: Confinement): Confined {
  const { capabilities, writable, cores, memory, sharedMemory, cpuShares } = confinement;
  return {
    ...(capabilities !== undefined && {
      // In full, as the engine tells them: another spelling would be a difference for ever.
      capabilities: {
        drops: ["ALL"],
        ...(capabilities.length > 0 && { adds: capabilities.map((name) => `CAP_${name}`) }),
      },
      securityOpts: [NO_MORE],
    }),
    ...(writable !== undefined && {
      readOnly: true,
      ...(writable.length > 0 && {
        tmpfs: Object.fromEntries(writable.map((folder) => [folder, inMemory(folder)])),
      }),
    }),
    // Without the same limit for memory and swap, the engine doubles what may be used, and reports it back.
    ...(memory !== undefined && { memory, memorySwap: memory }),
    ...(sharedMemory !== undefined && { shmSize: sharedMemory }),
    ...(cores !== undefined && { cpus: cores }),
    ...(cpuShares !== undefined && { cpuShares }),
  };
}

/** Options of a container of ours with a limit of memory. */
export const ourLimits: pulumi.CustomResourceOptions = {
  // An engine that can't count swap says of it that it is unlimited: a difference for ever.
  ignoreChanges: ["memorySwap"],
};

/** The same as options of `docker run` and `docker create`. */
export function confinedOptions(confinement: Confinement): string {
  const { capabilities, writable, cores, memory, sharedMemory, cpuShares, processes } = confinement;
  return [
    ...(capabilities === undefined
      ? []
      : [
          "--cap-drop ALL",
          ...capabilities.map((name) => `--cap-add ${name}`),
          `--security-opt ${NO_MORE}`,
        ]),
    ...(writable === undefined
      ? []
      : ["--read-only", ...writable.map((folder) => `--tmpfs ${folder}:${inMemory(folder)}`)]),
    ...(memory === undefined ? [] : [`--memory ${memory}m --memory-swap ${memory}m`]),
    ...(sharedMemory === undefined ? [] : [`--shm-size ${sharedMemory}m`]),
    ...(cores === undefined ? [] : [`--cpus ${cores}`]),
    ...(cpuShares === undefined ? [] : [`--cpu-shares ${cpuShares}`]),
    ...(processes === undefined ? [] : [`--pids-limit ${processes}`]),
  ].join(" ");
}

/** Shell that limits the processes of `$CONTAINER`, which the plugin can't. The engine keeps it as long as that. */
export function limitProcesses({ processes }: Confinement): string {
  return `docker update --pids-limit ${processes ?? -1} "$CONTAINER" >/dev/null`;
}

/**
 * The same for a container of the app, which may end at once. The engine refuses the change for the moment in which
 * it has not seen the end: whoever waits for the container then says why it ended.
 */
export function limitAppProcesses(confinement: Confinement): string {
  return `limit_tries=5
  until limit_said=$({ ${limitProcesses(confinement)}; } 2>&1); do
    limit_tries=$((limit_tries - 1))
    if [ "$limit_tries" -eq 0 ]; then
      if [ "$(docker inspect --format '{{.State.Status}}' "$CONTAINER")" != running ]; then break; fi
      printf '%s\\n' "$limit_said" >&2
      exit 1
    fi
    sleep 0.2
  done`;
}

/** The same as a step, for a container that has no other. */
export function processLimit(
  name: string,
  args: {
    readonly machine: Machine;
    readonly container: pulumi.Input<string>;
    readonly confinement: Confinement;
  },
  opts: pulumi.CustomResourceOptions,
): Step {
  const script = { values: { CONTAINER: args.container }, apply: limitProcesses(args.confinement) };
  return args.machine.run(`${name}-limited`, script, opts);
}

/**
 * Shell functions that say, where a container of the app fails, whether its limits may be the reason.
 * `confinement_hints` reads the last lines of its log, and `$CONTAINER`.
 */
export function confinementHints(args: AppConfinementArgs): string {
  const limits = appConfinement(args);
  return `
confinement_hints() {
  log=$(cat)
  says() { printf '%s\\n' "$log" | grep -qiE "$1"; }
  ${args.memory === undefined ? ":" : oomHint(args.memory)}
  ${limits.writable === undefined ? ":" : READ_ONLY_HINT}
  ${limits.processes === undefined ? ":" : processesHint(limits.processes)}
  ${limits.capabilities === undefined ? ":" : PRIVILEGES_HINT}
}`;
}

const oomHint = (memory: number) => `began=$(docker inspect --format '{{.Created}}' "$CONTAINER")
  killed=$(docker events --since "$began" --until "$(date +%s)" --filter "container=$CONTAINER" \\
    --filter event=oom --format x)
  if [ -n "$killed" ]; then
    echo "It was killed because it needed more than its ${memory} MiB. Give it more: pulumi config set memory MIB." >&2
  fi`;

const READ_ONLY_HINT = `if says 'read-only file ?system|EROFS'; then
    echo "It can write to /tmp alone (slipway:readOnlyRoot is true). To let it write everywhere:" \\
      "pulumi config set readOnlyRoot false." >&2
  fi`;

const processesHint = (
  processes: number,
) => `if says 'resource temporarily unavailable|EAGAIN|start new thread|create (new )?(native )?thread|can.t fork'; then
    echo "It may have reached ${processes} processes and threads, the most that it may have." \\
      "For what Docker allows by itself: pulumi config set privileges docker." >&2
  fi`;

const PRIVILEGES_HINT = `if says 'operation not permitted|EPERM|no.new.privileges|setuid|not root|system error'; then
    echo "It may lack one of root's rights: it has few of them, and can't gain more, as sudo does" \\
      "(slipway:privileges). For what Docker allows by itself: pulumi config set privileges docker." >&2
  fi`;

const NO_MORE = "no-new-privileges";
/** What a program unpacks there it may run: a library of Java, say. */
const inMemory = (folder: string) =>
  `rw,exec,nosuid,nodev,mode=${folder === "/tmp" ? "1777" : "0755"}`;
