import * as pulumi from "@pulumi/pulumi";
import type { StackFiles } from "../stack-files.ts";

/** How a machine is reached by the `ssh` command, its configuration and its agent included. */
export interface SshConnection {
  readonly address: pulumi.Input<string>;
  readonly port: number;
  readonly user: string;
  /** Private key; undefined takes those that ssh finds by itself. */
  readonly key: pulumi.Input<string> | undefined;
  /** Public host key, `TYPE BASE64`; undefined trusts what known_hosts has. */
  readonly hostKey: pulumi.Input<string> | undefined;
  readonly files: StackFiles;
}

/** Options of ssh, one a word. */
export function sshOptions(connection: SshConnection): pulumi.Output<string[]> {
  const { files, key, hostKey, port } = connection;
  const keyFile = key === undefined ? "" : files.save("key", pulumi.interpolate`${key}\n`);
  // By a name of its own: the address may change, and the key tells the machine.
  const hosts =
    hostKey === undefined
      ? ""
      : files.save("known_hosts", pulumi.interpolate`slipway ${hostKey}\n`);
  const words = pulumi.all([keyFile, hosts]).apply(([identity, known]) =>
    [
      "BatchMode=yes",
      "ConnectTimeout=10",
      "ServerAliveInterval=10",
      "ServerAliveCountMax=3",
      // One connection serves every step, and all that the engine is asked.
      "ControlMaster=auto",
      "ControlPersist=20",
      `ControlPath=${files.folder()}/%C`,
      ...(identity === "" ? [] : [`IdentityFile=${identity}`, "IdentitiesOnly=yes"]),
      ...(known === "" ? [] : [`UserKnownHostsFile=${known}`, "HostKeyAlias=slipway"]),
      "StrictHostKeyChecking=yes",
      `Port=${port}`,
    ].flatMap((option) => ["-o", option]),
  );
  // They name the files of what is secret, and are not.
  return pulumi.unsecret(words);
}
