import * as pulumi from "@pulumi/pulumi";
import { GUARD_PATH, METADATA_GUARD } from "./metadata-service.ts";

/** The user that Pulumi logs in as on a machine that it made: in the group docker, and may become root. */
export const MACHINE_USER = "slipway";

export interface CloudConfigArgs {
  /** Public key that may log in, in OpenSSH's format. */
  readonly authorizedKey: pulumi.Input<string>;
  /** Key by which the machine is known, in OpenSSH's format: decided here, so that it is known in advance. */
  readonly hostKey: pulumi.Input<string>;
  readonly publicHostKey: pulumi.Input<string>;
  /** Where the disk for data is mounted, later. */
  readonly dataFolder: string;
}

/**
 * What cloud-init does at the first boot of a Debian or Ubuntu: Docker, a user, the machine's own key, and
 * an sshd that takes as many connections as Docker and Pulumi open at once. What is here can be read by whoever
 * reaches the metadata service: containers do not.
 *
 * JSON, which is YAML too: no text in it can break out of its place.
 */
export function cloudConfig(args: CloudConfigArgs): pulumi.Output<string> {
  return pulumi
    .all([args.authorizedKey, args.hostKey, args.publicHostKey])
    .apply(([authorizedKey, hostKey, publicHostKey]) => {
      const config = {
        ssh_deletekeys: true,
        ssh_keys: { ed25519_private: hostKey, ed25519_public: publicHostKey },
        ssh_pwauth: false,
        users: [
          {
            name: MACHINE_USER,
            groups: "docker",
            shell: "/bin/bash",
            sudo: "ALL=(ALL) NOPASSWD:ALL",
            ssh_authorized_keys: [authorizedKey],
          },
        ],
        // The user's group has to be there before the user.
        groups: ["docker"],
        package_update: true,
        packages: ["docker.io", "unattended-upgrades"],
        write_files: [
          {
            path: "/etc/ssh/sshd_config.d/10-slipway.conf",
            content: "MaxStartups 100:30:200\nMaxSessions 100\nPasswordAuthentication no\n",
          },
          {
            path: "/etc/docker/daemon.json",
            content: `${JSON.stringify(DOCKER_DAEMON, null, 2)}\n`,
          },
          { path: GUARD_PATH, permissions: "0755", content: METADATA_GUARD },
          {
            // Containers have the machine's addresses as soon as Docker runs: without the guard it does not start.
            path: "/etc/systemd/system/docker.service.d/20-slipway-metadata.conf",
            content: `[Service]\nExecStartPre=${GUARD_PATH}\n`,
          },
          {
            // A database that started before its disk is there would begin an empty one beside it.
            path: "/etc/systemd/system/docker.service.d/10-slipway.conf",
            content: `[Unit]\nRequiresMountsFor=${args.dataFolder}\n`,
          },
        ],
        // Docker was started before, by its package, with no container.
        runcmd: [GUARD_PATH, "systemctl reload ssh || systemctl reload sshd || service ssh reload"],
      };
      return `#cloud-config\n${JSON.stringify(config, null, 2)}\n`;
    });
}

const DOCKER_DAEMON = {
  "log-driver": "json-file",
  "log-opts": { "max-size": "10m", "max-file": "3" },
  // Containers outlive an update of the engine.
  "live-restore": true,
};
