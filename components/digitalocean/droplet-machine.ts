import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { DNS_SECONDS, nameInZone } from "../dns-name.ts";
import { cloudConfig, MACHINE_USER } from "../machine/cloud-config.ts";
import type { DigitalOceanPlace } from "../machine/cloud-place.ts";
import type { Machine, Script, Step } from "../machine/machine.ts";
import { MachineKeys } from "../machine/machine-keys.ts";
import { DATA_FOLDER, type MadeMachineArgs } from "../machine/made-machine.ts";
import { SshMachine } from "../machine/ssh-machine.ts";
import { replaceWithHost } from "../replace-with-host.ts";

export interface DropletMachineArgs extends MadeMachineArgs {
  /** Token of DigitalOcean; undefined takes the one of the environment (DIGITALOCEAN_TOKEN). */
  readonly token: pulumi.Input<string> | undefined;
}

/**
 * A droplet with Docker, a volume for data and an address of its own; both outlive the droplet. Its
 * firewall lets in HTTP and HTTPS from everywhere, and SSH from the networks that are named.
 *
 * @see https://docs.digitalocean.com/products/droplets/
 */
export class DropletMachine extends pulumi.ComponentResource implements Machine {
  readonly dockerProvider: SshMachine["dockerProvider"];
  readonly options: pulumi.ComponentResourceOptions;
  readonly address: pulumi.Output<string>;
  readonly dataFolder = DATA_FOLDER;
  readonly cloud: DigitalOceanPlace;
  readonly #ssh: SshMachine;

  constructor(name: string, args: DropletMachineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:digitalocean:DropletMachine", name, {}, opts);
    const provider = new digitalocean.Provider(
      `${name}-digitalocean`,
      args.token === undefined ? {} : { token: args.token },
      { parent: this },
    );
    const child = { parent: this, provider };
    const { region } = args;
    const tags = [args.owner.project, `${args.owner.project}-${args.owner.stack}`];
    const keys = new MachineKeys(`${name}-keys`, { parent: this });

    const login = new digitalocean.SshKey(`${name}-key`, { publicKey: keys.publicLoginKey }, child);
    const droplet = new digitalocean.Droplet(
      name,
      {
        region,
        size: args.size,
        image: args.image,
        sshKeys: [login.fingerprint],
        userData: cloudConfig({
          ...keys,
          authorizedKey: keys.publicLoginKey,
          dataFolder: DATA_FOLDER,
        }),
        monitoring: true,
        // A disk that has grown can't shrink again; the data is on the volume.
        resizeDisk: false,
        gracefulShutdown: true,
        tags,
      },
      {
        ...child,
        // What is for its first boot does not concern a machine that runs.
        ignoreChanges: ["userData", "image", "sshKeys"],
        // Volume and address can be with one machine at a time.
        deleteBeforeReplace: true,
      },
    );
    const dropletId = droplet.id.apply(Number);

    const volume = new digitalocean.Volume(
      `${name}-data`,
      { region, size: args.dataGiB, initialFilesystemType: "ext4", tags },
      { ...child, protect: args.protect },
    );
    const attached = new digitalocean.VolumeAttachment(
      `${name}-data`,
      { dropletId, volumeId: volume.id },
      // A droplet that goes lets go of it when it has shut down, and so has written all that it had to.
      { ...child, deleteBeforeReplace: true, deletedWith: droplet },
    );
    const reserved = new digitalocean.ReservedIp(
      `${name}-address`,
      { region },
      { ...child, protect: args.protect },
    );
    const assigned = new digitalocean.ReservedIpAssignment(
      `${name}-address`,
      { dropletId, ipAddress: reserved.ipAddress },
      { ...child, deleteBeforeReplace: true, deletedWith: droplet },
    );
    const firewall = new digitalocean.Firewall(
      `${name}-firewall`,
      {
        dropletIds: [dropletId],
        inboundRules: [
          { protocol: "tcp", portRange: "22", sourceAddresses: [...args.sshSources] },
          { protocol: "tcp", portRange: "80", sourceAddresses: EVERYWHERE },
          { protocol: "tcp", portRange: "443", sourceAddresses: EVERYWHERE },
        ],
        outboundRules: [
          { protocol: "tcp", portRange: "all", destinationAddresses: EVERYWHERE },
          { protocol: "udp", portRange: "all", destinationAddresses: EVERYWHERE },
          { protocol: "icmp", destinationAddresses: EVERYWHERE },
        ],
      },
      child,
    );

    if (args.dns !== undefined) {
      const { zone, domain } = args.dns;
      new digitalocean.DnsRecord(
        `${name}-dns`,
        {
          domain: zone,
          type: "A",
          name: nameInZone(domain, zone),
          value: reserved.ipAddress,
          ttl: DNS_SECONDS,
        },
        child,
      );
    }

    this.cloud = { kind: "digitalocean", provider, region, tags, dropletId: droplet.id };
    this.address = reserved.ipAddress;
    this.#ssh = new SshMachine(
      `${name}-ssh`,
      {
        owner: args.owner,
        address: this.address,
        port: 22,
        user: MACHINE_USER,
        key: keys.loginKey,
        hostKey: keys.publicHostKey,
        files: args.sshFiles,
        readySeconds: args.readySeconds,
        data: {
          device: pulumi.interpolate`/dev/disk/by-id/scsi-0DO_Volume_${volume.name}`,
          folder: DATA_FOLDER,
        },
      },
      {
        parent: this,
        dependsOn: [attached, assigned, firewall],
        transformations: [replaceWithHost(droplet)],
      },
    );
    this.dockerProvider = this.#ssh.dockerProvider;
    this.options = { ...this.#ssh.options, transformations: [replaceWithHost(droplet)] };
    this.registerOutputs({ address: this.address });
  }

  run(name: string, script: Script, opts: pulumi.CustomResourceOptions): Step {
    return this.#ssh.run(name, script, opts);
  }

  runLocal(name: string, script: Script, opts: pulumi.CustomResourceOptions): Step {
    return this.#ssh.runLocal(name, script, opts);
  }
}

const EVERYWHERE = ["0.0.0.0/0", "::/0"];
