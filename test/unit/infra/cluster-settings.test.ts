import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { messageOf, problems, read, type Values } from "./config.ts";

const GKE: Values = {
  target: "kubernetes",
  cluster: "gke",
  gcpProject: "acme-prod",
  domain: "shop.example",
};

const THERE: Values = { target: "kubernetes", domain: "shop.example" };

const KUBECONFIG = {
  "current-context": "here",
  contexts: [{ name: "here", context: { cluster: "one", user: "me" } }],
  clusters: [{ name: "one", cluster: { server: "https://one.example/" } }],
};

test("a cluster that is there is told from others by the server that its kubeconfig leads to", () => {
  const settings = read({ ...THERE, kubeconfig: stringify(KUBECONFIG) });
  expect(settings).toMatchObject({ cluster: { kind: "existing", server: "https://one.example" } });
});

test("a cluster has as many pods of the app as are wanted, a machine a few", () => {
  expect(read({ ...GKE, replicas: "50" }).app.replicas).toBe(50);
  expect(read({ ...GKE, replicas: "1000" }).app.replicas).toBe(1000);
  expect(messageOf(() => read({ ...GKE, replicas: "1001" }))).toContain(
    "a whole number from 1 to 1000",
  );
  expect(read({ replicas: "20" }).app.replicas).toBe(20);
  expect(messageOf(() => read({ replicas: "50" }))).toContain("a whole number from 1 to 20");
});

test("An app can write to its root on a Docker host, and not in a cluster, unless config says otherwise", () => {
  expect(read({}).app.readOnlyRoot).toBe(false);
  expect(read(GKE).app.readOnlyRoot).toBe(true);
  expect(read({ readOnlyRoot: "true" }).app.readOnlyRoot).toBe(true);
  expect(read({ ...GKE, readOnlyRoot: "false" }).app.readOnlyRoot).toBe(false);
  expect(read({ privileges: "docker" }).app.privileges).toBe("docker");
});

test("the namespace of an ingress controller is that of one which is named", () => {
  expect(read({ ...GKE, ingressClass: "traefik", ingressNamespace: "edge" })).toMatchObject({
    ingressClass: "traefik",
    ingressNamespace: "edge",
  });
  expect(messageOf(() => read({ ...GKE, ingressNamespace: "edge" }))).toContain(
    "slipway:ingressNamespace is where the controller of slipway:ingressClass is, which is not set.",
  );
});

describe("a cluster that is made at Google", () => {
  test("is Autopilot, in Frankfurt, protected, and reached by gcloud's plugin, where nothing else is said", () => {
    expect(read(GKE)).toMatchObject({
      target: "kubernetes",
      cluster: {
        kind: "gke",
        project: "acme-prod",
        region: "europe-west3",
        zonal: undefined,
        login: "exec",
        protect: true,
      },
    });
  });

  test("has two nodes in the region's zone a, where they are one's own", () => {
    expect(read({ ...GKE, clusterMode: "standard", region: "us-east4" })).toMatchObject({
      cluster: {
        region: "us-east4",
        zonal: { zone: "us-east4-a", size: "e2-standard-2", count: 2 },
      },
    });
  });

  test("has the nodes that the config names", () => {
    const nodes = {
      clusterMode: "standard",
      zone: "europe-west3-c",
      size: "n2-standard-4",
      nodes: "5",
    };
    expect(read({ ...GKE, ...nodes, clusterLogin: "token", protectData: "false" })).toMatchObject({
      cluster: {
        zonal: { zone: "europe-west3-c", size: "n2-standard-4", count: 5 },
        login: "token",
        protect: false,
      },
    });
  });

  test.each([
    [{}, { size: "db-custom-1-3840", nodes: 1 }],
    [
      { databaseSize: "db-g1-small", databaseNodes: "2" },
      { size: "db-g1-small", nodes: 2 },
    ],
  ])("has a managed database beside it, with %j %j", (more, chosen) => {
    const { database } = read({ ...GKE, database: "managed", ...more });
    expect(database).toMatchObject({ kind: "managed", name: "app", protect: true, ...chosen });
  });

  test("is not asked for where the target is a Docker host", () => {
    expect(read({ cluster: "gke", nodes: "3" })).toMatchObject({ target: "docker" });
  });
});

describe("what is wrong is named, with the line to type", () => {
  const table: readonly (readonly [string, Values, string, string])[] = [
    [
      "a cluster of a kind that there is not",
      { cluster: "eks" },
      'slipway:cluster is "eks"; it must be "existing" or "gke".',
      "pulumi config set cluster existing",
    ],
    [
      "no project",
      { ...GKE, gcpProject: "" },
      'slipway:gcpProject is missing, and cluster is "gke".',
      "pulumi config set gcpProject PROJECT",
    ],
    [
      "a zone of another region",
      { ...GKE, clusterMode: "standard", zone: "us-east1-b" },
      'slipway:zone is "us-east1-b", which is not in the region "europe-west3".',
      "pulumi config set zone europe-west3-a",
    ],
    [
      "a managed database, where the cluster is somebody else's",
      { ...THERE, kubeconfig: JSON.stringify(KUBECONFIG), database: "managed" },
      'slipway:database is "managed", which a cloud runs beside a machine or a cluster that is made there, and slipway:cluster is "existing". It can be "container", or "external" for one that is there already.',
      "pulumi config set database container",
    ],
    ...["5432", "9801"].map((appPort): [string, Values, string, string] => [
      `an app on port ${appPort}, which the proxy of a managed database has`,
      { ...GKE, database: "managed", appPort },
      `slipway:appPort is ${appPort}, where the proxy of the managed database listens in the same pod.`,
      "pulumi config set appPort 3000",
    ]),
    [
      "a kubeconfig where the cluster is made",
      { ...GKE, kubeconfigPath: "nowhere" },
      'slipway:kubeconfigPath is set, but a cluster that is made brings its own (slipway:cluster is "gke").',
      "pulumi config rm kubeconfigPath",
    ],
    [
      "more rights than the namespace lets a pod have",
      { ...GKE, privileges: "docker" },
      'slipway:privileges is "docker", but the namespace of a stack in a cluster lets no pod have more.',
      "pulumi config rm privileges",
    ],
    [
      "no kubeconfig where the cluster is there",
      { target: "kubernetes", domain: "shop.example" },
      'slipway:kubeconfig is missing, and target is "kubernetes".',
      "pulumi config set --secret kubeconfig <FILE",
    ],
    ...["size", "zone", "nodes"].map((key): [string, Values, string, string] => [
      `${key} on Autopilot`,
      { ...GKE, [key]: { size: "e2-small", zone: "europe-west3-b", nodes: "3" }[key] ?? "" },
      `slipway:${key} is set, but on Autopilot the nodes are Google's (slipway:clusterMode).`,
      `pulumi config rm ${key}`,
    ]),
  ];

  test.each(table)("%s", (_, values, text, type) => {
    expect(messageOf(() => read(values))).toBe(problems([text, type]));
  });

  test("a kubeconfig that is not there, by its path", () => {
    expect(messageOf(() => read({ ...THERE, kubeconfigPath: "/no/such" }))).toBe(
      problems([
        "There is no file /no/such (slipway:kubeconfigPath).",
        "pulumi config set kubeconfigPath FILE",
      ]),
    );
  });

  test("a folder for a kubeconfig", () => {
    expect(messageOf(() => read({ ...THERE, kubeconfigPath: "infra" }))).toContain(
      "infra is no file (slipway:kubeconfigPath).",
    );
  });

  const { "current-context": _, ...homeless } = KUBECONFIG;
  const broken: readonly (readonly [string, unknown, string])[] = [
    ["text that is none", "hello", "is no kubeconfig"],
    ["text that is no YAML", "a: [", "is no kubeconfig"],
    [
      "no current context",
      homeless,
      'has no current-context; it has "here": `kubectl config use-context NAME --kubeconfig FILE`',
    ],
    [
      "a context that is not in it",
      { ...KUBECONFIG, contexts: [] },
      'has no context "here", its current-context',
    ],
    [
      "a cluster that is not in it",
      { ...KUBECONFIG, clusters: [] },
      'has no cluster "one", that of its context',
    ],
    [
      "a server that is no address",
      { ...KUBECONFIG, clusters: [{ name: "one", cluster: { server: "nowhere" } }] },
      'has "nowhere" for its server, which is no address',
    ],
  ];

  test.each(broken)("a kubeconfig with %s", (_, config, text) => {
    const kubeconfig = typeof config === "string" ? config : JSON.stringify(config);
    expect(messageOf(() => read({ ...THERE, kubeconfig }))).toBe(
      problems([`slipway:kubeconfig ${text}.`, "pulumi config set --secret kubeconfig <FILE"]),
    );
  });

  test("all of it at once", () => {
    const values = {
      ...GKE,
      gcpProject: "",
      clusterMode: "manual",
      clusterLogin: "password",
      nodes: "0",
    };
    const message = messageOf(() => read(values));
    for (const key of ["gcpProject", "clusterMode", "clusterLogin", "nodes"]) {
      expect(message).toContain(`slipway:${key} is `);
    }
  });
});
