import type { Severity } from "../provider.ts";
import type { Cluster } from "./cluster.ts";
import type { Kind } from "./kinds.ts";

/** Where an operation takes place. */
export interface Site {
  readonly cluster: Cluster;
  readonly kind: Kind;
  /** The user has asked to stop. */
  readonly cancelled: AbortSignal;
  /** What cannot be reached counts as gone. */
  readonly deleteUnreachable: boolean;
}

type Log = (severity: Severity, message: string, ephemeral?: boolean) => void;

/** Shows what is being waited for, on the line of the resource. */
export function statusOf({ log }: { readonly log: Log }): (message: string) => void {
  return (message) => log("info", message, true);
}
