import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { DNS_SECONDS } from "../dns-name.ts";
import { cloudConfig, MACHINE_USER } from "../machine/cloud-config.ts";
import type { GooglePlace } from "../machine/cloud-place.ts";
import type { Machine, Script, Step } from "../machine/machine.ts";
import { MachineKeys } from "../machine/machine-keys.ts";
import { DATA_FOLDER, type MadeMachineArgs } from "../machine/made-machine.ts";
import { SshMachine } from "../machine/ssh-machine.ts";
import { replaceWithHost } from "../replace-with-host.ts";

export interface GceMachineArgs extends MadeMachineArgs {
  /** Id of the Google Cloud project. */
  readonly project: string;
  /** Zone in the region, as `europe-west3-a`. */
  readonly zone: string;
}

/** Under which Google shows the disk to the machine. */
const DATA_DEVICE = "slipway-data";

/**
 * A VM of Google Compute Engine with Docker, a disk for data and an address of its own; both outlive the
 * VM. It is alone in a network that lets in HTTP and HTTPS from everywhere, and SSH from the networks that
 * are named. Its service account may write logs and metrics, and nothing else.
 *
 * @see https://cloud.google.com/compute/docs
 */
export class GceMachine extends pulumi.ComponentResource implements Machine {
  readonly dockerProvider: SshMachine["dockerProvider"];
  readonly options: pulumi.ComponentResourceOptions;
  readonly address: pulumi.Output<string>;
  readonly dataFolder = DATA_FOLDER;
  readonly cloud: GooglePlace;
  readonly #ssh: SshMachine;

  constructor(name: string, args: GceMachineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:google:GceMachine", name, {}, opts);
    const { project, region, zone } = args;
    const provider = new gcp.Provider(`${name}-gcp`, { project, region, zone }, { parent: this });
    const child = { parent: this, provider };
    const labels = { "slipway-project": args.owner.project, "slipway-stack": args.owner.stack };
    const keys = new MachineKeys(`${name}-keys`, { parent: this });

    const network = new gcp.compute.Network(
      `${name}-network`,
      { autoCreateSubnetworks: false },
      child,
    );
    const subnetwork = new gcp.compute.Subnetwork(
      `${name}-network`,
      { network: network.id, region, ipCidrRange: "10.10.0.0/24" },
      child,
    );
    const firewalls = [
      new gcp.compute.Firewall(
        `${name}-web`,
        {
          network: network.id,
          allows: [{ protocol: "tcp", ports: ["80", "443"] }],
          sourceRanges: ["0.0.0.0/0"],
        },
        child,
      ),
      new gcp.compute.Firewall(
        `${name}-ssh`,
        {
          network: network.id,
          allows: [{ protocol: "tcp", ports: ["22"] }],
          sourceRanges: [...args.sshSources],
        },
        child,
      ),
    ];
    const account = new gcp.serviceaccount.Account(
      `${name}-account`,
      {
        accountId: `${args.owner.project}-${args.owner.stack}`.slice(0, 30),
        displayName: `The machine of ${args.owner.project} ${args.owner.stack}`,
      },
      child,
    );
    for (const role of ["logging.logWriter", "monitoring.metricWriter"]) {
      const member = pulumi.interpolate`serviceAccount:${account.email}`;
      new gcp.projects.IAMMember(
        `${name}-${role.split(".")[1]}`,
        { project, role: `roles/${role}`, member },
        child,
      );
    }
    const address = new gcp.compute.Address(
      `${name}-address`,
      { region, labels },
      { ...child, protect: args.protect },
    );
    const disk = new gcp.compute.Disk(
      `${name}-data`,
      { zone, size: args.dataGiB, type: "pd-balanced", labels },
      { ...child, protect: args.protect },
    );
    const instance = new gcp.compute.Instance(
      name,
      {
        zone,
        machineType: args.size,
        allowStoppingForUpdate: true,
        bootDisk: { initializeParams: { image: args.image, size: 20, type: "pd-balanced" } },
        attachedDisks: [{ source: disk.id, deviceName: DATA_DEVICE }],
        networkInterfaces: [
          { subnetwork: subnetwork.id, accessConfigs: [{ natIp: address.address }] },
        ],
        metadata: {
          "user-data": cloudConfig({
            ...keys,
            authorizedKey: keys.publicLoginKey,
            dataFolder: DATA_FOLDER,
          }),
          // Users come from what is above alone.
          "enable-oslogin": "FALSE",
          "block-project-ssh-keys": "TRUE",
        },
        serviceAccount: { email: account.email, scopes: ["cloud-platform"] },
        shieldedInstanceConfig: {
          enableSecureBoot: true,
          enableVtpm: true,
          enableIntegrityMonitoring: true,
        },
        labels,
      },
      {
        ...child,
        // What is for its first boot does not concern a machine that runs.
        ignoreChanges: ['metadata["user-data"]', "bootDisk"],
        // Disk and address can be with one machine at a time.
        deleteBeforeReplace: true,
      },
    );

    if (args.dns !== undefined) {
      new gcp.dns.RecordSet(
        `${name}-dns`,
        {
          managedZone: args.dns.zone,
          name: `${args.dns.domain}.`,
          type: "A",
          ttl: DNS_SECONDS,
          rrdatas: [address.address],
        },
        child,
      );
    }

    this.cloud = {
      kind: "google",
      provider,
      project,
      region,
      labels,
      network: network.id,
      serviceAccount: account.email,
    };
    this.address = address.address;
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
        data: { device: `/dev/disk/by-id/google-${DATA_DEVICE}`, folder: DATA_FOLDER },
      },
      {
        parent: this,
        dependsOn: [instance, ...firewalls],
        transformations: [replaceWithHost(instance)],
      },
    );
    this.dockerProvider = this.#ssh.dockerProvider;
    this.options = { ...this.#ssh.options, transformations: [replaceWithHost(instance)] };
    this.registerOutputs({ address: this.address });
  }

  run(name: string, script: Script, opts: pulumi.CustomResourceOptions): Step {
    return this.#ssh.run(name, script, opts);
  }

  runLocal(name: string, script: Script, opts: pulumi.CustomResourceOptions): Step {
    return this.#ssh.runLocal(name, script, opts);
  }
}
