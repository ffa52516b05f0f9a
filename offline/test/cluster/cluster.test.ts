import { CoreV1Api, KubeConfig, Metrics } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { chosenTools } from "../../../ops/tools.ts";
import {
  claim,
  deployment,
  onlyFrom,
  onlyTo,
  pod,
  service,
} from "../../../test/cluster/manifests.ts";
import { TestNamespace } from "../../../test/cluster/test-namespace.ts";
import { until } from "../../../test/e2e/until.ts";
import { offlineImages } from "../../images/index.ts";
import { Cluster } from "../../testing/cluster/index.ts";

const nginx = { official: "nginx:1.30.6", offline: offlineImages.nginx }[chosenTools().images];

const cluster = new Cluster(inject("cluster"));
const config = new KubeConfig();
const namespaces: TestNamespace[] = [];

let pushed: string;

beforeAll(async () => {
  config.loadFromString(cluster.kubeconfig);
  pushed = await cluster.registry.push(nginx, "web");
});
afterAll(async () => {
  await Promise.all(namespaces.map((namespace) => namespace.remove()));
});

test("Two nodes are ready, at the version that was built", async () => {
  const { items } = await config.makeApiClient(CoreV1Api).listNode();
  expect(items.map(({ metadata }) => metadata?.name)).toEqual(cluster.nodes);
  for (const { status } of items) {
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({ type: "Ready", status: "True" }),
    );
    expect(status?.nodeInfo?.kubeletVersion).toBe("v1.34.2");
  }
});

test("An app from the registry answers at its address, by its name, and through a load balancer", async () => {
  const here = await makeNamespace();
  await here.create(
    deployment("web", pushed, 2),
    service("web", { type: "LoadBalancer" }),
    pod("client", nginx),
  );
  await here.untilDeploymentReady("web");
  await here.untilPodReady("client");
  const { spec } = await here.core.readNamespacedService({ name: "web", namespace: here.name });

  for (const host of [spec?.clusterIP, "web", `web.${here.name}.svc.cluster.local`]) {
    // kube-proxy learns of the pods a moment after they are ready.
    await until(() => reaches(here, "client", `${host}`), `${host} answers`);
    expect(await here.run("client", `curl --silent http://${host}/`)).toContain("Welcome to nginx");
  }
  const address = await here.loadBalancerAddress("web");
  await until(() => answers(address), "the load balancer sends on what comes");
  await expect(fetch(`http://${address}:6443`)).rejects.toThrow();
});

test("With the policy `Local`, a load balancer's address is where a pod is, and the app sees who asks", async () => {
  const here = await makeNamespace();
  const local = { type: "LoadBalancer", externalTrafficPolicy: "Local" };
  const [, second] = cluster.nodes.map((nodeName) => ({ nodeName }));
  await here.create(pod("web", nginx, second), service("web", local));
  await here.untilPodReady("web");

  const address = await here.loadBalancerAddress("web");
  await until(() => answers(address), "the load balancer sends on what comes");

  const gateway = address.replace(/\d+$/, "1");
  const log = await here.core.readNamespacedPodLog({ name: "web", namespace: here.name });
  expect(log).toContain(`${gateway} - - `);
});

test("From the private registry only those pull who have logged in", async () => {
  const here = await makeNamespace();
  const { host, privateHost, username, password } = cluster.registry.data;
  const reference = pushed.replace(host, privateHost);
  const auths = JSON.stringify({ auths: { [privateHost]: { username, password } } });
  await here.core.createNamespacedSecret({
    namespace: here.name,
    body: {
      metadata: { name: "login" },
      type: "kubernetes.io/dockerconfigjson",
      stringData: { ".dockerconfigjson": auths },
    },
  });
  const always = (name: string) => [{ name, image: reference, imagePullPolicy: "Always" }];
  await here.create(
    pod("known", reference, { containers: always("known"), imagePullSecrets: [{ name: "login" }] }),
    pod("unknown", reference, { containers: always("unknown") }),
  );

  await here.untilPodReady("known");
  const refused = async () =>
    (await reasonOf(here, "unknown")).includes("no basic auth credentials");
  await until(refused, "the pull without a login is refused");
});

test("A claim keeps its data over the death of its pod, is the pod's group's, and goes with its disk", async () => {
  const here = await makeNamespace();
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
  const containers = [
    {
      name: "app",
      image: nginx,
      command: ["sleep", "infinity"],
      volumeMounts: [{ name: "data", mountPath: "/data" }],
    },
  ];
  const securityContext = { runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 };
  const app = pod("app", nginx, { containers, volumes, securityContext });
  await here.create(claim("data"), app);
  await here.untilPodReady("app");
  await here.run("app", "echo kept > /data/file");

  await here.core.deleteNamespacedPod({ name: "app", namespace: here.name });
  await until(() => isGone(here, "app"), "the pod is gone");
  await here.create(app);
  await here.untilPodReady("app");
  expect(await here.run("app", "cat /data/file")).toBe("kept");

  const disks = async () => {
    const { items } = await here.core.listPersistentVolume();
    return items.filter(({ spec }) => spec?.claimRef?.namespace === here.name);
  };
  expect(await disks()).toHaveLength(1);
  await here.core.deleteNamespacedPod({ name: "app", namespace: here.name });
  await here.core.deleteNamespacedPersistentVolumeClaim({ name: "data", namespace: here.name });
  await until(async () => (await disks()).length === 0, "the disk is gone");
});

test("A network policy lets in whom it names and nobody else, on either node", async () => {
  const here = await makeNamespace();
  const [one, two] = cluster.nodes.map((nodeName) => ({ nodeName }));
  await here.create(
    ...[pod("friend-1", nginx, one, "friend"), pod("friend-2", nginx, two, "friend")],
    ...[pod("stranger-1", nginx, one), pod("stranger-2", nginx, two)],
    ...[pod("web", nginx), service("web")],
  );
  const friends = ["friend-1", "friend-2"];
  const strangers = ["stranger-1", "stranger-2"];
  for (const name of [...friends, ...strangers, "web"]) await here.untilPodReady(name);
  // A service leads to a pod some time after the pod is ready.
  for (const name of [...friends, ...strangers])
    await until(() => reaches(here, name, "web"), `${name} is let in`);

  await here.create(onlyFrom("web", "friend"));

  for (const name of strangers) {
    await until(async () => !(await reaches(here, name, "web")), `${name} is kept out`);
  }
  for (const name of friends)
    await until(() => reaches(here, name, "web"), `${name} is still let in`);
});

test("A network policy keeps a pod from all but what it names", async () => {
  const here = await makeNamespace();
  await here.create(
    ...[pod("client", nginx), pod("web", nginx), pod("other", nginx)],
    ...[service("web"), service("other")],
  );
  for (const name of ["client", "web", "other"]) await here.untilPodReady(name);
  await until(() => reaches(here, "client", "other"), "the client is let out");

  await here.create(onlyTo("client", "web"));

  await until(async () => !(await reaches(here, "client", "other")), "the client is kept in");
  await until(() => reaches(here, "client", "web"), "the client is let out to what is named");
});

test("While pods under a policy come and go, no name is looked up in vain", async () => {
  const here = await makeNamespace();
  const onOne = { nodeName: cluster.nodes.at(-1) ?? "" };
  await here.create(pod("client", nginx, onOne), service("web"), onlyTo("client", "web"));
  await here.untilPodReady("client");
  await until(async () => (await lookUp(here, 1)) === 0, "the name is known");

  const lost = lookUp(here, 1500);
  for (let count = 0; count < 5; count++) {
    const name = `guest-${count}`;
    await here.create(pod(name, nginx, onOne, "client"));
    await here.untilPodReady(name);
    await here.core.deleteNamespacedPod({ name, namespace: here.name });
  }
  expect(await lost).toBe(0);
});

test("A namespace that is restricted refuses a pod that may be root", async () => {
  const here = await makeNamespace({ "pod-security.kubernetes.io/enforce": "restricted" });
  await expect(here.create(pod("web", nginx))).rejects.toThrow("violates PodSecurity");
});

test("What pods and nodes use is measured, as autoscalers ask for it", async () => {
  const metrics = new Metrics(config);
  const measured = async () => {
    const { items } = await metrics.getNodeMetrics().catch(() => ({ items: [] }));
    return items.length === cluster.nodes.length;
  };
  await until(measured, "both nodes are measured");
});

async function makeNamespace(labels: Record<string, string> = {}): Promise<TestNamespace> {
  const namespace = await TestNamespace.make(config, labels);
  namespaces.push(namespace);
  return namespace;
}

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(`http://${address}/`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

/** How many of so many look-ups of the Service `web`, one after the other, got no answer at once. */
async function lookUp(namespace: TestNamespace, count: number): Promise<number> {
  const once = "timeout 3 getent ahosts web >/dev/null";
  const loop = `lost=0; for i in $(seq ${count}); do ${once} || lost=$((lost + 1)); done; echo $lost`;
  return Number(await namespace.run("client", loop));
}

async function reaches(namespace: TestNamespace, from: string, host: string): Promise<boolean> {
  const ask = `curl --silent --output /dev/null --max-time 2 http://${host}/ && echo yes || echo no`;
  return (await namespace.run(from, ask)) === "yes";
}

async function reasonOf(namespace: TestNamespace, name: string): Promise<string> {
  const { status } = await namespace.core.readNamespacedPod({ name, namespace: namespace.name });
  return status?.containerStatuses?.[0]?.state?.waiting?.message ?? "";
}

async function isGone(namespace: TestNamespace, name: string): Promise<boolean> {
  return await namespace.core.readNamespacedPod({ name, namespace: namespace.name }).then(
    () => false,
    () => true,
  );
}
