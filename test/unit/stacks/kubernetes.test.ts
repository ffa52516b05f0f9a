import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { deploy } from "../../../stacks/index.ts";
import type { AppRelease, KubernetesSettings } from "../../../stacks/settings.ts";
import {
  isComponent,
  isProvider,
  madeBefore,
  named,
  printsInstead,
  type Recorded,
  record,
  tree,
} from "../recorder.ts";
import { clusterSettings, exampleSettings, PULLED, SECRETS } from "./example.ts";

const recordStack = (settings: KubernetesSettings, release: AppRelease = PULLED) =>
  record(() => deploy(settings, release));

const withApp = (app: Partial<KubernetesSettings["app"]>) =>
  clusterSettings({ app: { ...clusterSettings().app, ...app } });

describe("a stack in a cluster", () => {
  let stack: Recorded[];
  beforeAll(async () => {
    stack = await recordStack(clusterSettings());
  });
  const kinds = (kind: string) => stack.filter(({ type }) => type.endsWith(`:${kind}`));

  test("is made of these components", () => {
    expect(tree(stack.filter(isComponent))).toEqual([
      " > cluster: slipway:kubernetes:ExistingCluster",
      " > database: slipway:kubernetes:Postgres",
      " > front: slipway:kubernetes:Nginx",
      " > ingress: slipway:kubernetes:NginxIngressController",
      " > migrate: slipway:kubernetes:Migration",
      " > namespace: slipway:kubernetes:StackNamespace",
      " > network: slipway:kubernetes:NetworkPolicies",
      " > release: slipway:kubernetes:Release",
      " > secrets: slipway:kubernetes:AppSecrets",
      " > web: slipway:kubernetes:WebApp",
      " > web: slipway:kubernetes:WebService",
      " > web-ingress: slipway:kubernetes:WebIngress",
    ]);
  });

  test("makes everything with the providers of its cluster, nothing with a default one", () => {
    const made = stack.filter((resource) => !isComponent(resource) && !isProvider(resource));
    expect(made.map(({ name, provider }) => `${name}: ${provider}`)).toEqual(
      made.map(({ name, type }) => `${name}: cluster-${type.split(":")[0]}`),
    );
  });

  test("takes each step before the kubeconfig that it reaches the cluster with is removed", () => {
    const steps = stack.filter(
      ({ type, inputs }) => type.startsWith("command:") && "create" in inputs,
    );
    const early = steps.filter(({ name }) => !madeBefore(stack, name).has("cluster-files"));
    expect(early.map(({ name }) => name)).toEqual(["cluster-files"]);
    expect(named(stack, "cluster-files").inputs["stdin"]).toContain("FILES='kube'");
  });

  test("has all of it in its own namespace, but for what is in none", () => {
    const objects = stack.filter(({ type }) => type.startsWith("kubernetes:"));
    const outside = objects.filter(({ inputs }) => namespaceOf(inputs) !== "slipway-test");
    expect(outside.map(({ type }) => type.split(":").at(-1)).sort()).toEqual([
      "ClusterRole",
      "ClusterRoleBinding",
      "IngressClass",
      "Namespace",
    ]);
  });

  test("protects the claim of the database and nothing else", () => {
    expect(stack.filter(({ protect }) => protect).map(({ name }) => name)).toEqual([
      "database-data",
    ]);
  });

  test("has one Service that is reached from outside: the ingress controller's", () => {
    const types = kinds("Service").map(({ name, inputs }) => [name, specOf(inputs)["type"]]);
    expect(types).toEqual([
      ["database", undefined],
      ["front", undefined],
      ["ingress", "LoadBalancer"],
      ["web", undefined],
    ]);
  });

  test("enforces the Pod Security level `restricted`, and every pod keeps to it", async () => {
    expect(JSON.stringify(named(stack, "namespace").inputs)).toContain(
      '"pod-security.kubernetes.io/enforce":"restricted"',
    );
    const settings = withApp({ processes: { worker: "work" } });
    const external = await recordStack({
      ...settings,
      database: {
        ...{ kind: "external", name: "app", user: "app", password: pulumi.secret("a password") },
        ...{ host: "db.example", port: 5432, ca: undefined },
      },
    });
    const all = [...stack, ...external].filter(({ inputs }) => hasPods(inputs));
    const own = ["database", "front", "ingress", "migrate", "web"];
    const beside = ["database-answers", "front", "ingress", "migrate", "process-worker", "web"];
    expect(all.map(({ name }) => name)).toEqual([...own, ...beside]);
    for (const { name, inputs } of all) {
      const pod = podOf(inputs);
      expect(pod.securityContext, name).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      for (const { securityContext } of [...pod.containers, ...(pod.initContainers ?? [])]) {
        expect(securityContext, name).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
      }
    }
  });

  test("migrates once, within its time, and anew in the next run where it failed", () => {
    const { metadata, spec } = named(stack, "migrate").inputs as Record<string, object>;
    expect(spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 630 });
    expect(metadata).toMatchObject({ annotations: { "pulumi.com/replaceUnready": "true" } });
  });

  test("gives a process of the app the time to finish that config names", async () => {
    const settings = withApp({ processes: { worker: "work" } });
    const worker = named(await recordStack(settings), "process-worker");
    expect(podOf(worker.inputs)).toMatchObject({ terminationGracePeriodSeconds: 30 });
  });

  test("lets the address of a client arrive at its controller", () => {
    const service = kinds("Service").find(({ name }) => name === "ingress");
    expect(specOf(service?.inputs ?? {})).toMatchObject({ externalTrafficPolicy: "Local" });
  });

  test("keeps each object with secrets and configuration as it was made", () => {
    const kept = [...kinds("Secret"), ...kinds("ConfigMap")];
    expect(kept.map(({ name, inputs }) => [name, inputs["immutable"]])).toEqual([
      ["secrets", true],
      ["database-conf", true],
      ["front-conf", true],
      ["ingress", true],
    ]);
  });

  test("gives a token of the cluster to the controller's pods alone", () => {
    const pods = stack.filter(({ inputs }) => hasPods(inputs));
    const given = pods.filter(
      ({ inputs }) =>
        (podOf(inputs) as { automountServiceAccountToken?: boolean })
          .automountServiceAccountToken !== false,
    );
    expect(given.map(({ name }) => name)).toEqual(["ingress"]);
  });

  test("lets the app write to its root where config says so, and nothing of Slipway's own", async () => {
    const { app } = clusterSettings();
    const settings = clusterSettings({
      app: { ...app, readOnlyRoot: false, processes: { worker: "work" } },
    });
    const written = (await record(() => deploy(settings, PULLED))).flatMap(({ name, inputs }) =>
      /readOnlyRootFilesystem":false/.test(JSON.stringify(inputs)) ? [name] : [],
    );
    expect(written.filter((name) => !name.endsWith("-rolled-out")).sort()).toEqual(
      expect.arrayContaining(["migrate", "process-worker", "web"]),
    );
    expect(written.join()).not.toMatch(/database|front|ingress/);
  });

  test("gives no pod but the ingress controller's a token of the cluster", () => {
    const withToken = [...kinds("Deployment"), ...kinds("StatefulSet"), ...kinds("Job")].filter(
      ({ inputs }) => podOf(inputs).automountServiceAccountToken !== false,
    );
    expect(withToken.map(({ name }) => name)).toEqual(["ingress"]);
  });

  test("sees in seconds that an image of its own parts can't be pulled, and waits for nothing that needs them", () => {
    const deployments = kinds("Deployment").filter(({ name }) => name !== "web");
    for (const { name, inputs } of deployments) {
      expect(JSON.stringify(inputs["metadata"]), name).toContain('"pulumi.com/skipAwait":"true"');
      expect(named(stack, `${name}-rolled-out`).inputs["create"]).toContain("roll-out-part.ts");
    }
    expect(deployments.map(({ name }) => name)).toEqual(["front", "ingress"]);
    expect(madeBefore(stack, "web-ingress")).toContain("ingress-rolled-out");
    const servers = kinds("StatefulSet").map(({ name }) => name);
    expect(servers).toEqual(["database"]);
    // What else is wrong with the pod is said by the step that waits for it, and not after ten minutes.
    expect(named(stack, "database-ready").inputs["create"]).toContain("await-database.ts");
    expect(madeBefore(stack, "database-login")).toContain("database-ready");
    expect(named(stack, "database-image").inputs["create"]).toContain("pull-image.ts");
    const image = stack.find(({ name }) => name === "database-image");
    const server = stack.find(({ type }) => type.endsWith(":StatefulSet"));
    expect(server?.after).toContain(image?.id);
    expect(JSON.stringify(server?.inputs["metadata"])).toContain('"pulumi.com/skipAwait":"true"');
  });

  test("gives Postgres settings that follow from its memory, and half of that to share", async () => {
    const settings = clusterSettings({
      database: exampleSettings({ containerDatabase: { memory: 4096 } }).database,
    });
    const database = (await recordStack(settings)).find(({ type }) =>
      type.endsWith(":StatefulSet"),
    );
    const { containers, volumes } = podOf(database?.inputs ?? {}) as unknown as {
      containers: [{ env: { name: string; value: string }[]; volumeMounts: unknown[] }];
      volumes: unknown[];
    };
    const [{ env, volumeMounts, ...server }] = containers;
    expect(server).toMatchObject({
      resources: { requests: { memory: "1024Mi" }, limits: { memory: "4096Mi" } },
    });
    expect(env.find(({ name }) => name === "SLIPWAY_CONF")?.value).toContain(
      "max_connections = 800\n",
    );
    expect(volumeMounts).toContainEqual({ name: "shared", mountPath: "/dev/shm" });
    expect(volumes).toContainEqual({
      name: "shared",
      emptyDir: { medium: "Memory", sizeLimit: "2048Mi" },
    });
  });

  test("asks the app whether it is healthy as Nginx would, and restarts it only when its port is dead", () => {
    const [app] = podOf(named(stack, "web").inputs).containers as unknown as Record<
      string,
      unknown
    >[];
    const asked = {
      path: "/readyz",
      httpHeaders: [
        { name: "Host", value: "shop.example" },
        { name: "X-Forwarded-Proto", value: "http" },
      ],
    };
    expect(app?.["startupProbe"]).toMatchObject({ httpGet: asked });
    expect(app?.["readinessProbe"]).toMatchObject({ httpGet: asked });
    expect(app?.["livenessProbe"]).not.toHaveProperty("httpGet");
    expect(app?.["livenessProbe"]).toMatchObject({ tcpSocket: { port: "http" } });
  });

  test("takes no pod away before another is ready", () => {
    for (const { name, inputs } of kinds("Deployment")) {
      expect(specOf(inputs)["strategy"], name).toMatchObject({
        rollingUpdate: { maxUnavailable: 0 },
      });
    }
  });

  test("lets a drain have one pod of each kind at a time, the only one of a kind too", () => {
    const budgets = kinds("PodDisruptionBudget");
    expect(budgets.map(({ name, inputs }) => [name, specOf(inputs)["maxUnavailable"]])).toEqual([
      ["front", 1],
      ["ingress", 1],
      ["web", 1],
    ]);
  });

  test("migrates before the new version starts, and verifies when both it and the ingress are there", () => {
    const [migration, web, release] = ["migrate", "web", "release-verified"].map((name) =>
      madeBefore(stack, name),
    );
    expect(migration).toContain("database-login");
    expect(named(stack, "web").type).toContain("Deployment");
    expect(web).toContain("migrate");
    expect(web).toContain("front");
    expect(release).toContain("web-ingress");
  });

  test("asks the cluster whether it can take the stack before anything else is made there", () => {
    const { inputs } = named(stack, "cluster-checked");
    expect(inputs["create"]).toContain("steps/check-cluster.ts");
    expect(JSON.parse(String(inputs["stdin"]))).toEqual({
      project: "slipway",
      stack: "test",
      namespace: "slipway-test",
      server: "https://cluster.example",
      kubeconfig: "kube/kubeconfig",
      claim: true,
      certManager: false,
      room: expect.any(Object),
    });
    expect(madeBefore(stack, "cluster-kubernetes")).toContain("cluster-checked");
  });

  test("stays the same to the engine at another address of its cluster, which is asked whether the stack is there", async () => {
    const cluster = { ...clusterSettings().cluster, server: "https://other.example" } as never;
    const asBefore = { ...(cluster as object), firstServer: "https://cluster.example" } as never;
    for (const [settings, identifier, movedFrom] of [
      [clusterSettings({ cluster }), "https://other.example", undefined],
      [
        clusterSettings({ cluster: asBefore }),
        "https://cluster.example",
        "https://cluster.example",
      ],
    ] as const) {
      const recorded = await recordStack(settings);
      const { inputs } = named(recorded, "cluster-kubernetes");
      expect(inputs["clusterIdentifier"]).toBe(identifier);
      const asked = JSON.parse(String(named(recorded, "cluster-checked").inputs["stdin"]));
      expect(asked).toMatchObject({ server: "https://other.example" });
      expect(asked.movedFrom).toBe(movedFrom);
    }
  });

  test.each([
    ["the example", clusterSettings()],
    ["one with processes and sizes", withApp({ processes: { a: "a", b: "b" }, cpu: "0.5" })],
    ["a foreign controller", clusterSettings({ ingressClass: "nginx" })],
    ["no database", clusterSettings({ database: { kind: "none" } })],
    ["no static files", withApp({ staticPath: undefined })],
  ])("asks for as much room as its pods take: %s", async (_, settings) => {
    const made = await recordStack(settings);
    const { room } = JSON.parse(String(named(made, "cluster-checked").inputs["stdin"]));
    const pods = made
      .filter(({ type }) => /:(Deployment|StatefulSet)$/.test(type))
      .flatMap(({ inputs }) => {
        const { containers, initContainers = [] } = podOf(inputs);
        const all = [...initContainers, ...containers].map(({ resources }) => resources);
        const [one] = all.toSorted((a, b) => mebibytes(b) - mebibytes(a));
        return Array.from({ length: Number(specOf(inputs)["replicas"]) }, () => one as Resources);
      });
    const asked = room.pods.flatMap(({ count, ...of }: { count: number }) =>
      Array.from({ length: count }, () => of),
    );
    const texts = (all: Resources[]) =>
      all
        .map(({ requests, limits }) =>
          [requests.cpu, requests.memory, limits.cpu, limits.memory].join(),
        )
        .sort();
    expect(texts(asked)).toEqual(texts(pods));
    const kindsOf = (kind: string) => made.filter(({ type }) => type.endsWith(`:${kind}`));
    expect(room.claimGiB).toBe(kindsOf("PersistentVolumeClaim").length === 1 ? 10 : undefined);
    const outer = kindsOf("Service").filter(({ inputs }) => specOf(inputs)["type"] !== undefined);
    expect(room.loadBalancers).toBe(outer.length);
  });

  test("asks for room for the new pods of a release beside the old ones", async () => {
    const made = await recordStack(withApp({ processes: { a: "a", b: "b", c: "c" } }));
    const { room } = JSON.parse(String(named(made, "cluster-checked").inputs["stdin"]));
    const counts = room.passing.map((pods: { count: number }[]) => pods.map(({ count }) => count));
    expect(counts).toEqual([[2], [1], [3]]);
  });

  test("dumps the database each time before the Job of a migration is made, unless no dump is to stay", async () => {
    expect(stack.filter(({ beforeCreate }) => beforeCreate.length > 0)).toMatchObject([
      {
        name: "migrate",
        type: "kubernetes:batch/v1:Job",
        beforeCreate: ["migrate-dump"],
        afterCreate: ["migrate-dump-done"],
      },
    ]);
    const { database } = exampleSettings({ containerDatabase: { dumpsKept: 0 } });
    const without = await recordStack(clusterSettings({ database }));
    expect(named(without, "migrate").beforeCreate).toEqual([]);
  });

  test("does again on another claim what it has written into the database", async () => {
    const seed = { file: "seed.dump", format: "dump", bytes: 1, checksum: "0" } as const;
    const { database } = exampleSettings({ containerDatabase: { seed } });
    const seeded = await recordStack(clusterSettings({ database }));
    const stdin = (name: string) => String(named(seeded, name).inputs["stdin"]);
    expect(stdin("database-login")).toContain("\nDATA='uid-of-database-data'\n");
    expect(JSON.parse(stdin("database-seed"))).toMatchObject({ data: "uid-of-database-data" });
    expect(specOf(named(seeded, "migrate").inputs)["template"]).toMatchObject({
      metadata: { annotations: { "slipway.data": "uid-of-database-data" } },
    });
  });

  test("answers for its host name alone", () => {
    expect(specOf(named(stack, "web-ingress").inputs)["rules"]).toMatchObject([
      { host: "shop.example" },
    ]);
  });
});

test("no step is given what it had printed, which may be more than a variable holds, but one that asks for it", async () => {
  const steps = (await recordStack(clusterSettings())).filter(
    ({ type }) => type === "command:local:Command",
  );
  const given = steps.filter(({ inputs }) => inputs["addPreviousOutputInEnv"] !== false);
  expect(steps.length).toBeGreaterThan(5);
  expect(given.map(({ name }) => name)).toEqual(["database-login"]);
});

describe("what config changes of it", () => {
  test("processes each have a Deployment, after the release", async () => {
    const stack = await recordStack(withApp({ processes: { worker: "node worker.js" } }));
    const worker = named(stack, "process-worker");
    expect(JSON.stringify(worker.inputs)).toContain("exec node worker.js");
    // The step after it waits, and puts the one before back where that is in vain.
    expect(JSON.stringify(worker.inputs)).toContain('"pulumi.com/skipAwait":"true"');
    const { create, stdin } = named(stack, "process-worker-rolled-out").inputs;
    expect(create).toContain("steps/roll-out-process.ts");
    expect(JSON.parse(String(stdin)).rolled).toMatchObject({ name: "process-worker" });
    expect(madeBefore(stack, "process-worker")).toContain("release-verified");
  });

  test("every account pulls images with the login of the registry, the controller's too", async () => {
    const registry = {
      ...{ server: "registry.example", username: "team" },
      password: pulumi.secret("the password"),
    };
    const stack = await recordStack({ ...clusterSettings(), registry });
    const accounts = stack.filter(({ type }) => type.endsWith(":ServiceAccount"));
    const logins = accounts.map(({ name, inputs }) => [name, inputs["imagePullSecrets"]]);
    expect(logins.map(([name]) => name).sort()).toEqual(["ingress", "namespace-pods"]);
    const [[, one] = [], [, other] = []] = logins;
    expect(one).toEqual(other);
    expect(one).toHaveLength(1);
  });

  test("a class that is there brings no controller, and is the Ingress' own", async () => {
    const stack = await recordStack(clusterSettings({ ingressClass: "traefik" }));
    expect(stack.map(({ name }) => name)).not.toContain("ingress");
    expect(specOf(named(stack, "web-ingress").inputs)["ingressClassName"]).toBe("traefik");
  });

  test("autoscale leaves the number of pods to the scaler", async () => {
    const stack = await recordStack(clusterSettings({ maxReplicas: 6 }));
    const [web, scaler] = ["Deployment", "HorizontalPodAutoscaler"].map((kind) =>
      stack.find(({ name, type }) => name === "web" && type.endsWith(`:${kind}`)),
    );
    expect(specOf(web?.inputs ?? {})).not.toHaveProperty("replicas");
    expect(specOf(scaler?.inputs ?? {})).toMatchObject({ minReplicas: 2, maxReplicas: 6 });
  });

  test("a roll-out waits for another number of pods in config, and not for what a scaler made of it", async () => {
    const sent = async (maxReplicas?: number) => {
      const stack = await recordStack(clusterSettings(maxReplicas ? { maxReplicas } : {}));
      return JSON.parse(String(named(stack, "release-verified").inputs["stdin"]));
    };
    const [fixed, scaled] = [await sent(), await sent(6)];
    expect([fixed.replicas, scaled.replicas]).toEqual([2, undefined]);
    for (const deployment of [...fixed.deployments, ...scaled.deployments]) {
      expect(Object.keys(deployment)).toEqual(["name", "template"]);
    }
  });

  test("the static files of the releases before stay, as many as are kept", async () => {
    const before = ["app:5", "app:4", "app:3", "app:2"].map((image) => ({
      image,
      staticFolder: `/files/of/${image}`,
    }));
    const stack = await recordStack({ ...clusterSettings(), imagesKept: 3 }, { ...PULLED, before });
    const { initContainers = [] } = podOf(named(stack, "front").inputs);
    expect(initContainers.map(({ image, args }) => [image, args?.[0]])).toEqual([
      ["registry.example/app:1.2.3", "/app/public"],
      ["app:5", "/files/of/app:5"],
      ["app:4", "/files/of/app:4"],
    ]);
    const { staticFolder } = JSON.parse(String(named(stack, "release-verified").inputs["stdin"]));
    expect(staticFolder).toBe("/app/public");
  });

  test("a release that had no static files is not asked for them: its image may have no shell, either", async () => {
    const before = [{ image: "app:5" }, { image: "app:4", staticFolder: "/app/public" }];
    const stack = await recordStack(clusterSettings(), { ...PULLED, before });
    const { initContainers = [] } = podOf(named(stack, "front").inputs);
    expect(initContainers.map(({ image }) => image)).toEqual([
      "registry.example/app:1.2.3",
      "app:4",
    ]);
  });

  test("tls acme has cert-manager get a certificate before the app, through the one Ingress of the host", async () => {
    const { ingress } = clusterSettings();
    const acme = { kind: "acme", email: undefined, server: "https://acme.example", serverCa: "CA" };
    const stack = await recordStack(
      clusterSettings({ ingress: { ...ingress, tls: acme as typeof ingress.tls } }),
    );
    const { inputs } = named(stack, "web-ingress");
    expect((inputs["metadata"] as { annotations: unknown }).annotations).toMatchObject({
      "cert-manager.io/issuer": "web-ingress",
      "cert-manager.io/issue-temporary-certificate": "true",
      "acme.cert-manager.io/http01-edit-in-place": "true",
    });
    expect(specOf(inputs)["tls"]).toEqual([
      { hosts: ["shop.example"], secretName: "web-ingress-acme" },
    ]);
    expect(specOf(named(stack, "web-ingress-issuer").inputs)).toMatchObject({
      acme: { server: "https://acme.example", caBundle: btoa("CA") },
    });
    expect(specOf(named(stack, "network-challenge").inputs)).toMatchObject({
      podSelector: { matchLabels: { "acme.cert-manager.io/http01-solver": "true" } },
      ingress: [{ ports: [{ port: 8089 }] }],
    });
    expect(madeBefore(stack, "web-ingress-issuer")).toContain("web-ingress-cert-manager");
    expect(madeBefore(stack, "web-ingress")).toContain("web-ingress-issuer");
    expect(madeBefore(stack, "web-ingress-certified")).toContain("web-ingress");
    expect(madeBefore(stack, "web")).toContain("web-ingress-certified");
  });

  test("an archive or a build is refused: a cluster pulls", async () => {
    const from = { archive: "app.tar", loadedAs: "app:1", key: "0123456789ab" };
    await expect(recordStack(clusterSettings(), { ...PULLED, from })).rejects.toThrow(
      "A cluster takes images from a registry alone",
    );
  });
});

test.each(["files", "env"] as const)(
  "secrets are nowhere in the clear, as %s, and neither is the way into the cluster",
  async (secretsAs) => {
    const app = { ...exampleSettings({ app: { secretsAs } }).app, build: false };
    const stack = await recordStack(clusterSettings({ app }));
    const secrets = [...Object.values(SECRETS), "a token for the cluster"];
    const seen = stack.filter(({ shown }) =>
      secrets.some((secret) => JSON.stringify(shown).includes(JSON.stringify(secret).slice(1, -1))),
    );
    expect(seen.map(({ name }) => name)).toEqual([]);
  },
);

interface Pod {
  readonly securityContext: unknown;
  readonly automountServiceAccountToken?: boolean;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
}

interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu?: string; readonly memory: string };
}

interface Container {
  readonly image: string;
  readonly args?: readonly string[];
  readonly resources: Resources;
  readonly securityContext: unknown;
}

type Inputs = Readonly<Record<string, unknown>>;

/** As the components write sizes. */
const mebibytes = ({ limits: { memory } }: Resources) =>
  Number.parseInt(memory, 10) * (memory.endsWith("Gi") ? 1024 : 1);

const specOf = (inputs: Inputs) => (inputs["spec"] ?? {}) as Record<string, unknown>;

const podOf = (inputs: Inputs) => (specOf(inputs)["template"] as { spec: Pod }).spec;

/** Whether pods are made from it: by a Deployment, a StatefulSet or a Job. */
const hasPods = ({ spec }: Inputs) => "template" in Object(spec);

const namespaceOf = ({ metadata }: Inputs) =>
  (metadata as { readonly namespace?: string }).namespace;

describe("a controller that serves other stacks too", () => {
  interface Rule {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }
  interface Binding {
    readonly metadata: Readonly<Record<string, unknown>>;
    readonly subjects: readonly Readonly<Record<string, string>>[];
    readonly roleRef: Readonly<Record<string, string>>;
  }
  let own: Recorded[];
  let shared: Recorded[];
  let served: Recorded[];
  beforeAll(async () => {
    own = await recordStack(clusterSettings());
    shared = await recordStack(clusterSettings({ ingressShared: true }));
    served = await recordStack(clusterSettings({ ingressClass: "slipway-dev" }));
  });
  const ofKind = (stack: readonly Recorded[], kind: string) =>
    stack.filter(({ type }) => type.endsWith(`:${kind}`)).map(({ inputs }) => inputs);
  const rulesOf = (stack: readonly Recorded[], kind: string, name: string) =>
    ofKind(stack, kind).find(({ metadata }) => (metadata as { name: string }).name === name)?.[
      "rules"
    ] as Rule[];
  const saidBy = (rules: readonly Rule[]) =>
    rules.flatMap(({ apiGroups, resources, resourceNames = [], verbs }) =>
      resources.map((resource) =>
        [[apiGroups[0], resource].filter(Boolean).join("/"), ...resourceNames, verbs.join()].join(
          " ",
        ),
      ),
    );
  const argsOf = (stack: readonly Recorded[]) =>
    (podOf(named(stack, "ingress").inputs).containers[0] as { args?: readonly string[] }).args;
  const namespaceLabels = (stack: readonly Recorded[]) =>
    (named(stack, "namespace").inputs["metadata"] as { labels: Record<string, string> }).labels;

  test("may do in the whole cluster what is said here, and no more", () => {
    expect(saidBy(rulesOf(own, "ClusterRole", "slipway-test"))).toEqual([
      "networking.k8s.io/ingressclasses slipway-test get",
    ]);
    expect(saidBy(rulesOf(shared, "ClusterRole", "slipway-test"))).toEqual([
      "networking.k8s.io/ingressclasses slipway-test get",
      "namespaces get,list,watch",
    ]);
    const bound = ofKind(shared, "ClusterRoleBinding").map(({ roleRef }) => roleRef);
    expect(bound).toEqual([expect.objectContaining({ name: "slipway-test" })]);
  });

  test("may do in a namespace that it serves what is said here, and no more", () => {
    const inServed = [
      "secrets get,list,watch",
      "services get,list,watch",
      "pods get,list,watch",
      "discovery.k8s.io/endpointslices get,list,watch",
      "networking.k8s.io/ingresses get,list,watch",
      "networking.k8s.io/ingresses/status update",
      "events create,patch",
    ];
    expect(saidBy(rulesOf(shared, "ClusterRole", "slipway-test-served"))).toEqual(inServed);
    expect(saidBy(rulesOf(own, "Role", "ingress"))).toEqual([
      ...inServed,
      "configmaps get,list,watch",
      "namespaces get",
      "pods update",
      "coordination.k8s.io/leases get,list,watch,create,update",
      "apps/replicasets get",
      "apps/daemonsets get",
      "apps/statefulsets get",
    ]);
  });

  test("looks into the namespaces with its label; one of the stack's own into that one", () => {
    expect(argsOf(shared)).toContain("-watch-namespace-label=slipway.served-by=test");
    expect(argsOf(shared)?.join()).not.toContain("-watch-namespace=");
    expect(argsOf(own)).toContain("-watch-namespace=slipway-test");
    // Before it is shared as well: it would drop its own stack for as long as it takes to roll it.
    for (const stack of [own, shared]) {
      expect(namespaceLabels(stack)).toMatchObject({ "slipway.served-by": "test" });
    }
    expect(namespaceLabels(served)).not.toHaveProperty(["slipway.served-by"]);
  });

  test("says where it is by its class, to those that it serves", () => {
    const annotations = (stack: readonly Recorded[]) =>
      (ofKind(stack, "IngressClass")[0]?.["metadata"] as { annotations?: unknown } | undefined)
        ?.annotations;
    expect(annotations(own)).toBeUndefined();
    expect(annotations(shared)).toEqual({ "slipway.controller-namespace": "slipway-test" });
  });

  test("is let into the namespace of a stack that it serves before the label leads it there", () => {
    const [binding] = ofKind(served, "RoleBinding") as unknown as Binding[];
    expect(binding).toMatchObject({
      metadata: { namespace: "slipway-test", name: "slipway-dev" },
      subjects: [{ kind: "ServiceAccount", name: "ingress", namespace: printed("controller") }],
      roleRef: { kind: "ClusterRole", name: "slipway-dev-served" },
    });
    expect(ofKind(served, "ClusterRole")).toEqual([]);
    expect(named(served, "served-labelled").inputs).toMatchObject({
      create: expect.stringContaining("label-namespace.ts on"),
      delete: expect.stringContaining("label-namespace.ts off"),
      stdin: expect.stringContaining('"label":"slipway.served-by","value":"dev"'),
    });
    expect(named(served, "served-labelled").after).toContainEqual(
      "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding::served",
    );
    expect(madeBefore(served, "web-ingress")).toContain("served-labelled");
  });

  /** What the front and the challenges of a stack let in. */
  const letIn = (stack: readonly Recorded[]) =>
    ["network-front", "network-challenge"].map(
      (name) =>
        (
          named(stack, name).inputs as {
            spec: { ingress: readonly [{ from?: unknown }] };
          }
        ).spec.ingress[0].from,
    );
  const withAcme = (changes: Partial<KubernetesSettings>) => {
    const tls = {
      kind: "acme",
      email: undefined,
      server: "https://acme.example",
      serverCa: undefined,
    };
    return recordStack(
      clusterSettings({
        ...changes,
        ingress: { ...clusterSettings().ingress, tls: tls as never },
      }),
    );
  };

  test("and no other pod reaches the front and the challenges of a stack that it serves", async () => {
    const pods = {
      "slipway.project": "slipway",
      "slipway.stack": "dev",
      "slipway.role": "ingress",
    };
    const controller = {
      namespaceSelector: {
        matchLabels: { "kubernetes.io/metadata.name": printed("controller") },
      },
      podSelector: { matchLabels: pods },
    };
    expect(letIn(await withAcme({ ingressClass: "slipway-dev" }))).toEqual([
      [controller],
      [controller],
    ]);
  });

  test("one of another kind is let in from the namespace that config names, or from everywhere", async () => {
    const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": "traefik" } };
    const inside = await withAcme({ ingressClass: "traefik", ingressNamespace: "traefik" });
    expect(letIn(inside)).toEqual([[{ namespaceSelector }], [{ namespaceSelector }]]);
    expect(letIn(await withAcme({ ingressClass: "traefik" }))).toEqual([undefined, undefined]);
  });
});

describe("what a roll-out looks at besides the app", () => {
  const askedOf = async (settings: KubernetesSettings) =>
    JSON.parse(String(named(await recordStack(settings), "release-verified").inputs["stdin"]));
  const ingress = { ...clusterSettings().ingress, staticPrefix: "/static/" };

  test("is a static file, as a client asks for it, where there are any", async () => {
    expect((await askedOf(clusterSettings({ ingress }))).files).toEqual({
      ...{ url: "http://shop.example/static/", address: "203.0.113.7" },
      ...{ expected: "", headers: {} },
    });
    const below = { ...ingress, pathPrefix: "/shop/" };
    const { files } = await askedOf(clusterSettings({ ingress: below }));
    expect(files.url).toBe("http://shop.example/shop/static/");
    expect(await askedOf(withApp({ staticPath: undefined }))).not.toHaveProperty("files");
  });

  test("is what it had to kill, and sources among the static files: a warning each", async () => {
    const said: string[] = [];
    const warn = vi.spyOn(pulumi.log, "warn").mockImplementation(async (text) => {
      said.push(text);
    });
    try {
      await recordStack(clusterSettings());
      expect(warn).not.toHaveBeenCalled();
      const record = '{"image":"image:1","version":"1","rollbackOf":"","verified":true}';
      printsInstead("release-verified", `${record}\nkilled web-1 30\n./wsgi.py\n`);
      await recordStack(clusterSettings());
    } finally {
      printsInstead("release-verified", undefined);
      warn.mockRestore();
    }
    expect(said).toEqual([
      expect.stringContaining("web-1 did not end within 30 seconds of SIGTERM and was killed"),
      expect.stringContaining(
        "/app/public in the image has what looks like sources or settings: ./wsgi.py.",
      ),
    ]);
  });
});

const printed = (step: string) => `printed_by_served_${step}`;

describe("what a client may do at the ingress", () => {
  const dataOf = (stack: Recorded[], name: string) => {
    const found = stack.find((one) => one.name === name && one.type.endsWith(":ConfigMap"));
    return found?.inputs["data"] as Record<string, string>;
  };
  const proxied = (changes: Partial<KubernetesSettings> = {}) =>
    clusterSettings({
      ...changes,
      ingress: { ...clusterSettings().ingress, trustedProxies: ["192.0.2.0/24"] },
    });

  test("is bounded by the controller, which refuses two hosts and sends nothing again that timed out", async () => {
    const stack = await recordStack(clusterSettings());
    const conf = dataOf(stack, "ingress");
    expect(conf["http-snippets"]).toContain("limit_conn addresses 512;");
    expect(conf["http-snippets"]).toContain("large_client_header_buffers 4 32k;");
    expect(conf["server-snippets"]).toContain("if ($hosts_differ) {");
    expect(conf["location-snippets"]).toBeUndefined();
    expect(conf).toMatchObject({ "worker-connections": "8192", "worker-rlimit-nofile": "16384" });
    const { metadata } = named(stack, "web-ingress").inputs as {
      metadata: { annotations: Record<string, string> };
    };
    expect(metadata.annotations).toMatchObject({
      "nginx.org/proxy-next-upstream": "error",
      "nginx.org/proxy-next-upstream-tries": "2",
      "nginx.org/proxy-read-timeout": "65s",
    });
  });

  test("reaches Nginx with what a trusted proxy says, ahead of what the controller sees", async () => {
    const conf = dataOf(await recordStack(proxied()), "ingress");
    expect(conf["http-snippets"]).toContain("192.0.2.0/24 1;");
    expect(conf["location-snippets"]).toContain("X-Forwarded-Proto $client_scheme;");
    expect(conf["location-snippets"]).toContain("X-Forwarded-Port $client_port;");
  });

  test.each([
    ["the stack's own controller", undefined, "real_ip_header X-Real-IP;"],
    ["one that another stack shares", "slipway-dev", "real_ip_header X-Real-IP;"],
    ["one of another kind", "traefik", "real_ip_header X-Forwarded-For;"],
  ])("is told to Nginx by %s", async (_what, ingressClass, line) => {
    const stack = await recordStack(proxied({ ingressClass }));
    expect(dataOf(stack, "front-conf")["default.conf"]).toContain(line);
  });
});
