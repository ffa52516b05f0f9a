import { readdirSync, readFileSync } from "node:fs";

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
