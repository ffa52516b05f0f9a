import {
  AuthorizationV1Api,
  NetworkingV1Api,
  RbacAuthorizationV1Api,
} from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../e2e/until.ts";
import { TestNamespace } from "../test-namespace.ts";
import { ClusterStack } from "./cluster-stack.ts";

const LABEL = "slipway.served-by";

let host: ClusterStack;
let guest: ClusterStack;
let outsider: TestNamespace;
let image: string;

// A stack with a controller, one that it serves, and a namespace of neither.
beforeAll(async () => {
  host = await ClusterStack.make({ ingressShared: "true", replicas: "1" });
  image = await host.push("app");
  await host.up({ image, version: "1.0.0" });
  guest = await ClusterStack.make({
    ...{ domain: "guest.example.org", ingressClass: classOfHost(), replicas: "1" },
  });
  await guest.up({ image, version: "1.0.0" });
  outsider = await TestNamespace.make(host.config);
});
afterAll(() => outsider?.remove());
afterAll(() => guest?.remove());
afterAll(() => host?.remove());

const classOfHost = () => `slipway-${host.clone.stack}`;

test("The controller reads Secrets where it serves, and nowhere else", async () => {
  const may = async (verb: string, resource: string, namespace: string) => {
    const account = `system:serviceaccount:${host.namespace}:ingress`;
    const { status } = await host.config
      .makeApiClient(AuthorizationV1Api)
      .createSubjectAccessReview({
        body: { spec: { user: account, resourceAttributes: { verb, resource, namespace } } },
      });
    return status?.allowed;
  };
  for (const namespace of [host.namespace, guest.namespace]) {
    expect(await may("list", "secrets", namespace), namespace).toBe(true);
    expect(await may("create", "events", namespace), namespace).toBe(true);
  }
  for (const namespace of [outsider.name, "kube-system", ""]) {
    expect(await may("list", "secrets", namespace), namespace).toBe(false);
    expect(await may("list", "configmaps", namespace), namespace).toBe(false);
    expect(await may("create", "events", namespace), namespace).toBe(false);
  }
});

test("No pod but the controller's reaches the Nginx of a stack that is served", async () => {
  const labelSelector = "slipway.role=front";
  const { items } = await guest.core.listNamespacedPod({
    namespace: guest.namespace,
    labelSelector,
  });
  const end = (said: string) => `()=>{console.log("${said}");process.exit()}`;
  const connects = (address: string | undefined, port: number) =>
    `node -e 'require("net").connect(${port},"${address}").on("connect",${end("yes")}).on("error",${end("no")});setTimeout(${end("no")},3000)'`;
  await outsider.create({
    ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "stranger" } },
    ...{ spec: { containers: [{ name: "app", image, command: ["sleep", "infinity"] }] } },
  });
  await outsider.untilPodReady("stranger");
  const controllers = await host.core.listNamespacedPod({
    ...{ namespace: host.namespace, labelSelector: "slipway.role=ingress" },
  });
  const controller = controllers.items[0]?.status?.podIP;
  await until(
    async () => (await outsider.run("stranger", connects(controller, 80))) === "yes",
    "the stranger reaches what is open",
  );
  expect(await outsider.run("stranger", connects(items[0]?.status?.podIP, 8080))).toBe("no");
});

test("A preview of both has nothing to change, not even after a look at the cluster", async () => {
  for (const stack of [host, guest]) {
    const preview = await stack.pulumi("preview", "--expect-no-changes", "--diff", "--refresh");
    expect(preview.code, preview.output).toBe(0);
  }
});

test("A class that is not shared is refused before an Ingress waits for it, with the lines to type", async () => {
  const networking = host.config.makeApiClient(NetworkingV1Api);
  const name = "slipway-nobody";
  await networking.createIngressClass({
    body: {
      metadata: { name, labels: { "slipway.stack": "nobody" } },
      spec: { controller: "nginx.org/ingress-controller" },
    },
  });
  try {
    const { code, output } = await guest.tryUp({ ingressClass: name });
    expect(code).not.toBe(0);
    expect(output).toContain("pulumi config set ingressShared true -s nobody");
  } finally {
    await networking.deleteIngressClass({ name });
    await guest.up({ ingressClass: classOfHost() });
  }
});

test("When it goes, its label goes before the binding, and the controller serves on", async () => {
  const rbac = host.config.makeApiClient(RbacAuthorizationV1Api);
  const seen: string[] = [];
  let isOver = false;
  const look = async () => {
    while (!isOver) {
      const namespace = await guest.core
        .readNamespace({ name: guest.namespace })
        .catch(() => undefined);
      const binding = await rbac
        .readNamespacedRoleBinding({ namespace: guest.namespace, name: classOfHost() })
        .catch(() => undefined);
      const label = namespace?.metadata?.labels?.[LABEL] === undefined ? "" : "label";
      seen.push(`${label} ${binding === undefined ? "" : "binding"}`.trim());
    }
  };
  const looking = look();
  await guest.verb("destroy", "--data", "--yes", guest.clone.stack);
  isOver = true;
  await looking;
  expect(seen[0]).toBe("label binding");
  expect(seen).toContain("binding");
  expect(seen).not.toContain("label");
  expect(seen.at(-1)).toBe("");
  await host.up({ version: "2.0.0" });
});
