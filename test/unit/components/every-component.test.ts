import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import * as command from "@pulumi/command";
import * as digitalocean from "@pulumi/digitalocean";
import * as docker from "@pulumi/docker";
import * as gcp from "@pulumi/gcp";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { DigitaloceanPostgres } from "../../../components/digitalocean/digitalocean-postgres.ts";
import { DropletMachine } from "../../../components/digitalocean/droplet-machine.ts";
import { AcmeCertificate } from "../../../components/docker/acme-certificate.ts";
import { AppImage } from "../../../components/docker/app-image.ts";
import { AppProcess } from "../../../components/docker/app-process.ts";
import { AppSecrets } from "../../../components/docker/app-secrets.ts";
import { CloudSqlProxy } from "../../../components/docker/cloud-sql-proxy.ts";
import { DockerNetwork } from "../../../components/docker/docker-network.ts";
import { ExternalDatabase } from "../../../components/docker/external-database.ts";
import { Migration } from "../../../components/docker/migration.ts";
import { Nginx } from "../../../components/docker/nginx.ts";
import { NginxSite } from "../../../components/docker/nginx-site.ts";
import { Postgres } from "../../../components/docker/postgres.ts";
import { PostgresLogin } from "../../../components/docker/postgres-login.ts";
import { Release } from "../../../components/docker/release.ts";
import { SharedIngressGuard } from "../../../components/docker/shared-ingress-guard.ts";
import { StaticFiles } from "../../../components/docker/static-files.ts";
import { WebApp } from "../../../components/docker/web-app.ts";
import { CloudSqlPostgres } from "../../../components/google/cloud-sql-postgres.ts";
import { GceMachine } from "../../../components/google/gce-machine.ts";
import { LocalMachine } from "../../../components/machine/local-machine.ts";
import { MachineKeys } from "../../../components/machine/machine-keys.ts";
import { SshMachine } from "../../../components/machine/ssh-machine.ts";
import { isComponent, isProvider, type Recorded, record, tree } from "../recorder.ts";
import { exampleSettings, INGRESS, MADE } from "../stacks/example.ts";
import { clusterComponents } from "./kubernetes/cluster-components.ts";

type Options = pulumi.ComponentResourceOptions;

type Component = readonly [
  type: string,
  make: (machine: LocalMachine, opts: Options) => void,
  children: readonly string[],
];

/** Each component of a machine or a cloud under the name `it`, and what it is made of. */
const machineComponents: readonly Component[] = [
  [
    "docker:AcmeCertificate",
    (machine, opts) =>
      new AcmeCertificate(
        "it",
        {
          ...here(machine),
          ...common,
          domain: "shop.example",
          email: undefined,
          server: "https://acme.example/dir",
          serverCa: undefined,
          volume: "volume",
          seconds: 10,
        },
        opts,
      ),
    ["it: docker:index/container:Container", "it-there: command:local:Command"],
  ],
  [
    "docker:AppImage",
    (machine, opts) =>
      new AppImage(
        "it",
        {
          ...{ ...here(machine), from: { reference: "app:1" }, registry: undefined },
          buildSecrets: {},
          shellFor: [],
        },
        opts,
      ),
    ["it-marks: command:local:Command", "it-pull: command:local:Command"],
  ],
  [
    "docker:AppProcess",
    (machine, opts) =>
      new AppProcess("it", { ...here(machine), ...container, command: "true" }, opts),
    ["it: docker:index/container:Container", "it-steady: command:local:Command"],
  ],
  [
    "docker:AppSecrets",
    (machine, opts) =>
      new AppSecrets("it", { ...here(machine), image: "nginx:1", files: [] }, opts),
    ["it-written: command:local:Command"],
  ],
  [
    "google:CloudSqlPostgres",
    (_, opts) =>
      new CloudSqlPostgres(
        "it",
        {
          ...database,
          place: {
            kind: "google",
            provider: new gcp.Provider("my-gcp"),
            project: "acme",
            region: "europe-west3",
            labels: {},
            network: pulumi.output("network"),
            serviceAccount: pulumi.output("machine@example.org"),
          },
        },
        opts,
      ),
    [
      "it: gcp:sql/databaseInstance:DatabaseInstance",
      "it-client: gcp:projects/iAMMember:IAMMember",
      "it-password: random:index/randomPassword:RandomPassword",
      "it-peering: gcp:servicenetworking/connection:Connection",
      "it-random: pulumi:providers:random",
      "it-range: gcp:compute/globalAddress:GlobalAddress",
    ],
  ],
  [
    "docker:CloudSqlProxy",
    (machine, opts) =>
      new CloudSqlProxy(
        "it",
        {
          ...here(machine),
          ...common,
          instance: {
            connectionName: pulumi.output("acme:europe-west3:it"),
            password: pulumi.secret("a password"),
          },
        },
        opts,
      ),
    [
      "it: docker:index/container:Container",
      "it-cloud: docker:index/network:Network",
      "it-limited: command:local:Command",
    ],
  ],
  [
    "digitalocean:DigitaloceanPostgres",
    (_, opts) =>
      new DigitaloceanPostgres(
        "it",
        {
          ...database,
          place: {
            kind: "digitalocean",
            provider: new digitalocean.Provider("my-digitalocean"),
            region: "fra1",
            tags: [],
            dropletId: pulumi.output("7"),
          },
        },
        opts,
      ),
    [
      "it: digitalocean:index/databaseCluster:DatabaseCluster",
      "it-firewall: digitalocean:index/databaseFirewall:DatabaseFirewall",
    ],
  ],
  [
    "docker:DockerNetwork",
    (machine, opts) => new DockerNetwork("it", here(machine), opts),
    ["it: docker:index/network:Network", "it-steps: command:local:Command"],
  ],
  [
    "digitalocean:DropletMachine",
    (_, opts) => new DropletMachine("it", { ...madeMachine, token: undefined }, opts),
    [
      "it: digitalocean:index/droplet:Droplet",
      "it-address: digitalocean:index/reservedIp:ReservedIp",
      "it-address: digitalocean:index/reservedIpAssignment:ReservedIpAssignment",
      "it-data: digitalocean:index/volume:Volume",
      "it-data: digitalocean:index/volumeAttachment:VolumeAttachment",
      "it-digitalocean: pulumi:providers:digitalocean",
      "it-firewall: digitalocean:index/firewall:Firewall",
      "it-key: digitalocean:index/sshKey:SshKey",
      "it-keys: slipway:machine:MachineKeys",
      "it-ssh: slipway:machine:SshMachine",
    ],
  ],
  [
    "docker:ExternalDatabase",
    (machine, opts) =>
      new ExternalDatabase(
        "it",
        {
          ...here(machine),
          ...common,
          host: "db.example",
          port: 5432,
          databaseName: "app",
          user: "app",
          password: pulumi.secret("a password"),
          ca: undefined,
        },
        opts,
      ),
    ["it-answers: command:local:Command"],
  ],
  [
    "google:GceMachine",
    (_, opts) =>
      new GceMachine("it", { ...madeMachine, project: "acme", zone: "europe-west3-a" }, opts),
    [
      "it: gcp:compute/instance:Instance",
      "it-account: gcp:serviceaccount/account:Account",
      "it-address: gcp:compute/address:Address",
      "it-data: gcp:compute/disk:Disk",
      "it-gcp: pulumi:providers:gcp",
      "it-keys: slipway:machine:MachineKeys",
      "it-logWriter: gcp:projects/iAMMember:IAMMember",
      "it-metricWriter: gcp:projects/iAMMember:IAMMember",
      "it-network: gcp:compute/network:Network",
      "it-network: gcp:compute/subnetwork:Subnetwork",
      "it-ssh: slipway:machine:SshMachine",
      "it-ssh: gcp:compute/firewall:Firewall",
      "it-web: gcp:compute/firewall:Firewall",
    ],
  ],
  [
    "machine:LocalMachine",
    (_, opts) => new LocalMachine("it", opts),
    ["it-command: pulumi:providers:command", "it-docker: pulumi:providers:docker"],
  ],
  [
    "machine:MachineKeys",
    (_, opts) => new MachineKeys("it", opts),
    [
      "it-host: tls:index/privateKey:PrivateKey",
      "it-login: tls:index/privateKey:PrivateKey",
      "it-tls: pulumi:providers:tls",
    ],
  ],
  [
    "docker:Migration",
    (machine, opts) =>
      new Migration(
        "it",
        {
          ...{ ...here(machine), ...container, command: "true", timeoutSeconds: 1 },
          ...{ data: undefined, dump: undefined },
        },
        opts,
      ),
    ["it: command:local:Command"],
  ],
  [
    "docker:Nginx",
    (machine, opts) =>
      new Nginx(
        "it",
        { ...here(machine), ...common, ...INGRESS, shared: true, behind: undefined },
        opts,
      ),
    [
      "it: docker:index/container:Container",
      "it-conf: docker:index/volume:Volume",
      "it-configured: command:local:Command",
      "it-limited: command:local:Command",
      "it-shared: docker:index/network:Network",
      "it-static: docker:index/volume:Volume",
    ],
  ],
  [
    "docker:NginxSite",
    (machine, opts) =>
      new NginxSite(
        "it",
        {
          ...here(machine),
          ...INGRESS,
          image: "nginx:1",
          domain: "branch.example",
          ingressOf: { project: "slipway", stack: "dev" },
        },
        opts,
      ),
    ["it-served: command:local:Command"],
  ],
  [
    "docker:Postgres",
    (machine, opts) =>
      new Postgres(
        "it",
        {
          ...here(machine),
          ...common,
          databaseName: "app",
          ownerRole: "app",
          password: pulumi.secret("a password"),
          size: { memory: 1024, diskGiB: undefined },
          protect: true,
          seed: undefined,
        },
        opts,
      ),
    [
      "it: docker:index/container:Container",
      "it-data: docker:index/volume:Volume",
      "it-limited: command:local:Command",
      "it-login: command:local:Command",
    ],
  ],
  [
    "docker:PostgresLogin",
    (machine, opts) =>
      new PostgresLogin(
        "it",
        {
          ...here(machine),
          ...common,
          server: {
            id: "a server",
            host: "db.example",
            port: 5432,
            administrator: "admin",
            password: pulumi.secret("a password"),
            firstDatabase: "postgres",
            ca: undefined,
          },
          databaseName: "app",
          ownerRole: "app",
          password: pulumi.secret("a password"),
          readySeconds: 1,
        },
        opts,
      ),
    ["it: command:local:Command"],
  ],
  [
    "docker:Release",
    (machine, opts) =>
      new Release(
        "it",
        {
          ...here(machine),
          ...common,
          version: "1",
          mark: "slipway-test/app:1",
          rollbackOf: undefined,
          sequence: undefined,
          imagesKept: 5,
          web: ["web"],
          port: 3000,
          staticFolder: undefined,
          staticPrefix: "/",
          ingress: "ingress",
          nginxImage: "nginx:1",
          askFrom: { url: "http://127.0.0.1:8080", resolve: "", forwardedProto: "" },
          versionPath: "/version",
          healthPath: "/readyz",
          healthSeconds: 1,
          drainSeconds: 1,
        },
        opts,
      ),
    ["it-switched: command:local:Command"],
  ],
  [
    "docker:SharedIngressGuard",
    (machine, opts) => new SharedIngressGuard("it", { ...here(machine), image: "nginx:1" }, opts),
    ["it-gone: command:local:Command"],
  ],
  [
    "machine:SshMachine",
    (machine, opts) =>
      new SshMachine(
        "it",
        {
          owner: here(machine).owner,
          address: "server.example",
          port: 22,
          user: "root",
          key: pulumi.secret("a key"),
          hostKey: "ssh-ed25519 AAAA",
          files: exampleSettings().sshFiles,
          readySeconds: 10,
        },
        opts,
      ),
    [
      "it-command: pulumi:providers:command",
      "it-docker: pulumi:providers:docker",
      "it-ready: command:local:Command",
    ],
  ],
  [
    "docker:StaticFiles",
    (machine, opts) =>
      new StaticFiles("it", { ...here(machine), ...common, path: "/files", ingress: "i" }, opts),
    ["it-copied: command:local:Command"],
  ],
  [
    "docker:WebApp",
    (machine, opts) =>
      new WebApp(
        "it",
        {
          ...here(machine),
          ...container,
          replicas: 1,
          port: 3000,
          healthPath: "/",
          healthSeconds: 1,
          askedFrom: "ingress",
          askedAs: { host: "localhost", scheme: "http" },
        },
        opts,
      ),
    ["it-1: docker:index/container:Container", "it-1-healthy: command:local:Command"],
  ],
];

const common = { network: "network", image: "image:1" };
const database = { size: "small", nodes: 1, protect: true } as const;
const environment = { plain: { PORT: pulumi.output("3000") }, secrets: {}, files: [] };
const container = {
  ...common,
  version: "1",
  environment,
  secretsVolume: undefined,
  drainSeconds: 1,
  cpu: undefined,
  memory: undefined,
  privileges: "limited",
  readOnlyRoot: false,
} as const;

const madeMachine = {
  owner: { project: "slipway", stack: "test" },
  ...MADE,
  region: "europe-west3",
  sshFiles: exampleSettings().sshFiles,
  readySeconds: 10,
};

function here(machine: LocalMachine) {
  return { machine, owner: { project: "slipway", stack: "test" } };
}

/** What a component registers when it is given these options. */
async function recordOne(
  make: (machine: LocalMachine, opts: Options) => void,
  options: () => Options = () => ({}),
): Promise<Recorded[]> {
  const all = await record(() => {
    make(new LocalMachine("machine"), options());
  });
  return all.filter(({ name }) => name === "it" || name.startsWith("it-"));
}

const components: readonly Component[] = [
  ...machineComponents,
  ...clusterComponents.map(
    ([type, make, children]): Component => [type, (_, opts) => make(opts), children],
  ),
];

test("each class of a component in components/ is in the tables here, once", async () => {
  const folder = join(import.meta.dirname, "../../../components");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const isClass = (one: unknown): one is { name: string } =>
    typeof one === "function" && one.prototype instanceof pulumi.ComponentResource;
  const types = await Promise.all(
    files
      // A program of a step does its work as it is loaded.
      .filter((file) => file.endsWith(".ts") && !file.startsWith("kubernetes/steps/"))
      .map(async (file) => {
        const module: Record<string, unknown> = await import(join(folder, file));
        const classes = Object.values(module).filter(isClass);
        return classes.map(({ name }) => `${dirname(file)}:${name}`);
      }),
  );
  expect(components.map(([type]) => type).sort()).toEqual(types.flat().sort());
});

describe.each(components)("%s", (type, make, children) => {
  test("has the type of its folder and class, and exactly these children", async () => {
    const resources = await recordOne(make);
    // What is in a component within it is that one's.
    const own = resources.filter(({ parent }) => parent === undefined || parent === "it");
    expect(tree(own)).toEqual([
      ` > it: slipway:${type}`,
      ...children.map((child) => `it > ${child}`),
    ]);
  });

  test("passes its options on, and keeps its arguments out of the state", async () => {
    const resources = await recordOne(make, () => ({ protect: true }));
    const inputs = resources.filter(isComponent).map((one) => one.inputs);
    expect(inputs).toEqual(inputs.map(() => ({})));
    expect(resources.filter(({ protect }) => !protect)).toEqual([]);
  });
});

// What a cloud runs is told the providers of its place, and a machine or a cluster brings some of its own.
const bringing =
  /:(\w*Machine(Keys)?|(CloudSql|Digitalocean)Postgres|(Existing|Gke)Cluster|WorkloadAccount)$/;
const withoutAny = components.filter(([type]) => !bringing.test(type));
describe.each(withoutAny)("%s", (_, make) => {
  test("gives its children the providers that it was given", async () => {
    const resources = await recordOne(make, () => ({
      providers: [
        new command.Provider("my-command"),
        new docker.Provider("my-docker"),
        new gcp.Provider("my-gcp"),
        new kubernetes.Provider("my-kubernetes"),
      ],
    }));
    const made = resources.filter((resource) => !isComponent(resource) && !isProvider(resource));
    expect(made.map(({ name, provider }) => [name, provider])).toEqual(
      made.map(({ name, type }) => [name, `my-${type.split(":")[0]}`]),
    );
  });
});
