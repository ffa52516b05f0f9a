import type { DnsName } from "../dns-name.ts";
import type { Owner } from "../labels.ts";
import type { StackFiles } from "../stack-files.ts";

/** What a machine is made of, at whichever cloud. */
export interface MadeMachineArgs {
  readonly owner: Owner;
  /** Name of a region, as the cloud has it. A change makes everything anew, data included. */
  readonly region: string;
  /** Name of a size. A change restarts the machine; its own disk stays as large as it is. */
  readonly size: string;
  /** Image of a new machine, a Debian or an Ubuntu with cloud-init. A change does not touch one that is there. */
  readonly image: string;
  /** Networks that may reach sshd. */
  readonly sshSources: readonly string[];
  /** Size of the disk for data. It can grow. */
  readonly dataGiB: number;
  /** Whether the disk for data and the address survive a destroy. */
  readonly protect: boolean;
  /** The name that leads here, in a zone at the same cloud; undefined makes no record. */
  readonly dns: DnsName | undefined;
  readonly sshFiles: StackFiles;
  /** How long the machine may take to let somebody in, and Docker to answer. */
  readonly readySeconds: number;
}

/** Where the disk for data is mounted. */
export const DATA_FOLDER = "/mnt/slipway-data";
