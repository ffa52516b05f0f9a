import { readlinkSync } from "node:fs";
import { findProcess } from "../../ops/processes.ts";

const OWN_NAMESPACE = readlinkSync("/proc/self/ns/pid").replace(/\D/g, "");

/** This process, in the labels of what it makes: `PID-BEGINNING-NAMESPACE`. */
export const OWNER = `${process.pid}-${findProcess(process.pid)?.began}-${OWN_NAMESPACE}`;

/** Whether whoever made a thing has surely ended; of processes in other containers nobody can tell. */
export function hasEnded(owner: string): boolean {
  const [pid, began, namespace] = owner.split("-");
  return namespace === OWN_NAMESPACE && findProcess(Number(pid))?.began !== began;
}
