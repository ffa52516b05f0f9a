import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Name of its program, at most 15 characters. */
  readonly name: string;
  /** When it began, in clock ticks since boot: tells it from a later one with the same id. */
  readonly began: string;
}

/** A process of this machine, or undefined when there is none that lives. */
export function findProcess(pid: number): Process | undefined {
  // Field 2 is in brackets and may itself hold brackets and spaces.
  const stat = /^\d+ \((.*)\) (.*)/s.exec(read(`/proc/${pid}/stat`));
  const [state = "", parent = "", ...rest] = stat?.[2]?.split(" ") ?? [];
  // Where nothing collects the dead, as in many containers, a killed process stays as a zombie.
  if (stat === null || state === "Z" || state === "X") return undefined;
  return { pid, parent: Number(parent), name: stat[1] ?? "", began: rest[17] ?? "" };
}

/** Linux counts the ticks of /proc in hundredths of a second, whatever its own clock does. */
const TICKS_PER_SECOND = 100;

/** When a process began, in milliseconds since 1970; undefined where the machine does not say. */
export function beganAt({ began }: Process): number | undefined {
  const booted = /^btime (\d+)$/m.exec(read("/proc/stat"))?.[1];
  if (booted === undefined || began === "") return undefined;
  return (Number(booted) + Number(began) / TICKS_PER_SECOND) * 1000;
}

/** The kernel's own number of the namespace that has every process of a machine. */
const ALL_PROCESSES = "pid:[4026531836]";

/**
 * Whether every process of the machine of this name can be seen. A container sees its own alone, and may
 * have the name of its machine, or of another container; one that Docker named after its id has that alone.
 */
export function seesAllOf(hostname: string, namespace = linkOf("/proc/self/ns/pid")): boolean {
  return namespace === ALL_PROCESSES || /^[0-9a-f]{12}$/.test(hostname);
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** Living processes of ours that were started with these variables in their environment. */
export function findProcessesWith(variables: Readonly<Record<string, string>>): Process[] {
  const wanted = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      const environment = new Set(read(`/proc/${pid}/environ`).split("\0"));
      return wanted.every((variable) => environment.has(variable));
    })
    .flatMap((pid) => findProcess(Number(pid)) ?? []);
}

/** Empty for what is gone or not ours to read. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
