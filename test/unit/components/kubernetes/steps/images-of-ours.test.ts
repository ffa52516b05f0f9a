import { afterAll, beforeAll, expect, test } from "vitest";
import { StepRunner } from "./step-runner.ts";

const IMAGE = "registry.example/no/such:1";
const TIME = 120_000;

const labels = { app: "it" };
const metadata = { namespace: "shop", labels };
const template = {
  metadata: { labels },
  spec: { containers: [{ name: "it", image: IMAGE }] },
};
const waiting = {
  state: { waiting: { reason: "ImagePullBackOff", message: `Back-off pulling image "${IMAGE}"` } },
};
/** As the kubelet has it where an image of a container that runs first can't be had. */
const pod = {
  metadata: { ...metadata, name: "it-1", ownerReferences: [{ uid: "set" }] },
  spec: template.spec,
  status: {
    initContainerStatuses: [{ name: "first", ready: false, restartCount: 0, ...waiting }],
    containerStatuses: [
      {
        ...{ name: "it", ready: false, restartCount: 0 },
        state: { waiting: { reason: "PodInitializing" } },
      },
    ],
  },
};
const revision = { "deployment.kubernetes.io/revision": "1" };
const HAS: Readonly<Record<string, unknown>> = {
  "/apis/apps/v1/namespaces/shop/deployments/it": {
    metadata: { ...metadata, name: "it", generation: 1, annotations: revision },
    spec: { replicas: 2, selector: { matchLabels: labels }, template },
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1 },
  },
  "/apis/apps/v1/namespaces/shop/replicasets": {
    items: [{ metadata: { uid: "set", annotations: revision } }],
  },
  "/apis/apps/v1/namespaces/shop/statefulsets/database": {
    metadata: { ...metadata, name: "database", uid: "set-of-database", generation: 1 },
    spec: { replicas: 1 },
    status: { observedGeneration: 1, currentRevision: "1", updateRevision: "1" },
  },
  "/apis/apps/v1/namespaces/shop/statefulsets/ready": {
    metadata: { ...metadata, name: "ready", uid: "set-of-ready", generation: 2 },
    spec: { replicas: 1 },
    status: { observedGeneration: 2, readyReplicas: 1, currentRevision: "2", updateRevision: "2" },
  },
  "/apis/apps/v1/namespaces/shop/statefulsets/stuck": setWith("stuck", 0),
  "/api/v1/namespaces/shop/pods/stuck-0": {
    metadata: {
      ...{ name: "stuck-0", ownerReferences: [{ uid: "set-of-stuck" }] },
      labels: { "controller-revision-hash": "of-before" },
    },
    status: {
      containerStatuses: [
        {
          ...{ name: "postgres", ready: false, restartCount: 9 },
          state: { terminated: { exitCode: 0 } },
        },
      ],
    },
  },
  "/apis/apps/v1/namespaces/shop/statefulsets/refused": setWith("refused", 0),
  "/api/v1/namespaces/shop/pods/database-0": {
    metadata: {
      ...metadata,
      ...{ name: "database-0", ownerReferences: [{ uid: "set-of-database" }] },
      labels: { "controller-revision-hash": "1" },
    },
    spec: template.spec,
    status: {
      containerStatuses: [
        {
          ...{ name: "postgres", ready: false, restartCount: 3 },
          state: { waiting: { reason: "CrashLoopBackOff" } },
          lastState: {
            terminated: { exitCode: 1, message: "FATAL: data directory has wrong ownership" },
          },
        },
      ],
    },
  },
  "/api/v1/namespaces/shop/pods": { items: [pod] },
  "/api/v1/namespaces/shop/events": { items: [] },
};
/** Events by the object that they are of. */
const EVENTS: Readonly<Record<string, unknown>> = {
  "set-of-refused": { reason: "FailedCreate", message: "exceeded quota: small, requested: memory" },
};

function setWith(name: string, readyReplicas: number) {
  return {
    metadata: { name, uid: `set-of-${name}`, generation: 2 },
    spec: { replicas: 1 },
    status: {
      ...{ observedGeneration: 2, readyReplicas },
      ...{ currentRevision: "2", updateRevision: "2" },
    },
  };
}

let steps: StepRunner;
/** Pods that were made, and are not gone. */
const pods = new Map<string, unknown>();

beforeAll(async () => {
  steps = await StepRunner.start((request, answer) => {
    const { pathname: path, searchParams } = new URL(request.url ?? "", "http://it");
    const of = /involvedObject\.uid=([\w-]+)/.exec(searchParams.get("fieldSelector") ?? "")?.[1];
    let body = "";
    request.on("data", (text) => (body += text));
    request.on("end", () => {
      if (request.method === "POST") {
        const made = JSON.parse(body);
        pods.set(`${path}/${made.metadata.name}`, { ...made, status: pod.status });
      }
      const events = of === undefined ? undefined : { items: [EVENTS[of]].filter(Boolean) };
      const found = request.method === "POST" ? {} : (events ?? pods.get(path) ?? HAS[path]);
      if (request.method === "DELETE") pods.delete(path);
      if (request.method === "DELETE" && path.endsWith("/stuck-0")) {
        // Its controller makes another one.
        pods.set("/apis/apps/v1/namespaces/shop/statefulsets/stuck", setWith("stuck", 1));
      }
      answer.writeHead(found === undefined ? 404 : 200, { "content-type": "application/json" });
      answer.end(JSON.stringify(found ?? { kind: "Status", code: 404 }));
    });
  });
});
afterAll(() => steps.stop());

async function failing(program: string, args: object): Promise<string> {
  const { code, said } = await steps.run(program, args);
  expect(code, said).toBe(1);
  return said;
}

test("The controller's image that can't be pulled, by a container that runs first, is named with its setting", {
  timeout: TIME,
}, async () => {
  const args = { namespace: "shop", part: { name: "it", template }, setting: "ingressController" };
  const said = await failing("roll-out-part.ts", args);
  expect(said).toContain(`ImagePullBackOff: Back-off pulling image "${IMAGE}"`);
  expect(said).toContain("The image is `ingressController` of slipway:images.");
});

test("The database's image that can't be pulled is named before its pod is touched, and nothing is left", {
  timeout: TIME,
}, async () => {
  const named = { ...template, metadata: { name: "database-image", labels } };
  const args = { namespace: "shop", template: named, shellFor: [], setting: "postgres" };
  const said = await failing("pull-image.ts", args);
  expect(said).toContain(`ImagePullBackOff: Back-off pulling image "${IMAGE}"`);
  expect(said).toContain("The image is `postgres` of slipway:images.");
  expect([...pods.keys()]).toEqual([]);
});

test("A database that ends again and again is said at once, with its last words", {
  timeout: TIME,
}, async () => {
  const began = performance.now();
  const args = { namespace: "shop", name: "database", claim: "database-data" };
  const said = await failing("await-database.ts", args);
  expect(said).toContain(
    "The database does not start. The container postgres ended before it was healthy, with exit code 1.",
  );
  expect(said).toContain("FATAL: data directory has wrong ownership");
  expect(performance.now() - began).toBeLessThan(30_000);
});

test("A database that is ready is waited for no longer, and nothing is said", {
  timeout: TIME,
}, async () => {
  const args = { namespace: "shop", name: "ready", claim: "ready-data" };
  expect(await steps.run("await-database.ts", args)).toEqual({ code: 0, printed: "", said: "" });
});

test("What a pod of the template before has been through says nothing, and one that is in the way goes", {
  timeout: TIME,
}, async () => {
  const args = { namespace: "shop", name: "stuck", claim: "stuck-data" };
  expect(await steps.run("await-database.ts", args)).toEqual({ code: 0, printed: "", said: "" });
});

test("A database whose pod the cluster refuses is said to be, with the reason", {
  timeout: TIME,
}, async () => {
  const args = { namespace: "shop", name: "refused", claim: "refused-data" };
  const said = await failing("await-database.ts", args);
  expect(said).toContain("The cluster refuses the pod: exceeded quota: small");
});
