import { NetworkingV1Api } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { offlineImages } from "../../../offline/images/index.ts";
import { chosenTools } from "../../../ops/tools.ts";
import { freePort } from "../../e2e/clone.ts";
import { ask } from "../../e2e/conduit-client.ts";
import { until } from "../../e2e/until.ts";
import { ClusterStack } from "../stack/cluster-stack.ts";

const { ingressController, nginx, postgres } = offlineImages;
const goodImages = chosenTools().images === "offline" ? { ingressController, nginx, postgres } : {};

let stack: ClusterStack;
let networking: NetworkingV1Api;
let image: string;

beforeAll(async () => {
  stack = await ClusterStack.make({ replicas: "1" });
  networking = stack.config.makeApiClient(NetworkingV1Api);
  image = await stack.push("app");
});
afterAll(async () => {
  await stack?.remove();
});

test("A kubeconfig that points nowhere fails within half a minute, naming the server", async () => {
  const nowhere = `https://127.0.0.1:${await freePort()}`;
  const { kubeconfig } = stack.cluster;
  const server = stack.config.getCurrentCluster()?.server ?? "";
  await stack.clone.setSecret("kubeconfig", kubeconfig.replace(server, nowhere));
  try {
    const said = await refused();
    expect(said).toContain(`The cluster at ${nowhere} did not answer as it should: `);
    const [, seconds] = /cluster-checked creating \((\d+)s\) error/.exec(said) ?? [];
    expect(Number(seconds)).toBeLessThan(30);
  } finally {
    await stack.clone.setSecret("kubeconfig", kubeconfig);
  }
});

test("A namespace, a class and a storage class that are not as they should be are all named at once, and left alone", async () => {
  const metadata = { name: stack.namespace, labels: { team: "shop" } };
  const name = stack.namespace;
  const controller = "traefik.io/ingress-controller";
  await stack.core.createNamespace({ body: { metadata } });
  await networking.createIngressClass({ body: { metadata: { name }, spec: { controller } } });
  try {
    const said = await refused({ storageClass: "fast" });

    expect(said).toContain(`The namespace ${name} is there already`);
    expect(said).toContain(`pulumi config set namespace NAME -s ${stack.clone.stack}`);
    expect(said).toContain(`The ingress class ${name} is there already`);
    expect(said).toContain(controller);
    expect(said).toContain("It has no storage class fast for the claim of the database");
    expect(said).toMatch(/pulumi config set storageClass [\w-]+ -s/);
    const { metadata: found } = await stack.core.readNamespace({ name });
    expect(found?.labels).toMatchObject({ team: "shop" });
    expect(found?.labels).not.toHaveProperty("slipway.stack");
    expect((await networking.readIngressClass({ name })).spec?.controller).toBe(controller);
  } finally {
    await networking.deleteIngressClass({ name });
    await removeNamespace();
  }
});

test("A quota and a range that the stack does not fit into are named with what it takes, before anything is made there", async () => {
  const { namespace } = stack;
  const labels = { "slipway.project": "slipway", "slipway.stack": stack.clone.stack };
  await stack.core.createNamespace({ body: { metadata: { name: namespace, labels } } });
  const quota = {
    metadata: { name: "small" },
    spec: { hard: { pods: "5", "requests.memory": "1Gi" } },
  };
  const range = {
    metadata: { name: "usual" },
    spec: { limits: [{ type: "PersistentVolumeClaim", max: { storage: "5Gi" } }] },
  };
  await stack.core.createNamespacedResourceQuota({ namespace, body: quota });
  await stack.core.createNamespacedLimitRange({ namespace, body: range });
  try {
    const said = await refused({ storageClass: undefined });

    // Two controllers, two of Nginx, the database and the app; in a release two more of Nginx, or one of the app.
    expect(said).toContain(
      "The quota small of its namespace is too small: it allows pods 5, requests.memory 1Gi, and the stack " +
        "takes pods 8, requests.memory 1664Mi, with the new pods that a release has beside the old ones.",
    );
    expect(said).toContain(`pulumi config set replicas NUMBER -s ${stack.clone.stack}`);
    expect(said).toContain(
      "The range usual of its namespace wants at most 5Gi of storage for each PersistentVolumeClaim, and the " +
        "stack has one with 10Gi.",
    );
    expect((await stack.core.listNamespacedPod({ namespace })).items).toEqual([]);
  } finally {
    await removeNamespace();
  }
});

test("What config says of an ingress class is held against those that there are", async () => {
  expect(await refused({ storageClass: undefined, ingressClass: "trafik" })).toContain(
    "It has no ingress class trafik (slipway:ingressClass)",
  );
});

test.each([
  ["controller and database", ["ingressController", "postgres"]],
  ["front", ["nginx"]],
])(
  "Images of Slipway's own parts that can't be pulled are named in seconds, not after ten minutes: %s",
  async (_, parts) => {
    const missing = parts.map((part) => [
      part,
      `${stack.cluster.registry.data.host}/no/${part.toLowerCase()}:1`,
    ]);
    const images = { ...goodImages, ...Object.fromEntries(missing) };
    const began = performance.now();
    const { code, output } = await stack.tryUp({
      ...{ image, version: "1.0.0", storageClass: undefined, ingressClass: undefined },
      images: JSON.stringify(images),
    });
    const seconds = (performance.now() - began) / 1000;

    expect(code, output).not.toBe(0);
    expect(output).toContain("ImagePullBackOff");
    for (const [part, reference] of missing) {
      expect(output).toContain(reference);
      expect(output).toContain(`The image is \`${part}\` of slipway:images.`);
    }
    expect(seconds).toBeLessThan(150);
  },
);

test("When all of it is mended, the same command deploys the app", async () => {
  await stack.up({ images: JSON.stringify(goodImages) });
  expect(await ask(stack.url, "/version")).toMatchObject({ image });
});

async function removeNamespace(): Promise<void> {
  const { namespace: name } = stack;
  await stack.core.deleteNamespace({ name });
  const isGone = async () => {
    const { items } = await stack.core.listNamespace();
    return items.every(({ metadata }) => metadata?.name !== name);
  };
  await until(isGone, `the namespace ${name} is gone`);
}

/** What is said, and that nothing of the stack was made. */
async function refused(settings: Record<string, string | undefined> = {}): Promise<string> {
  const { code, output } = await stack.tryUp({ image, version: "1.0.0", ...settings });
  expect(code, output).not.toBe(0);
  const { output: state } = await stack.clone.pulumi(["stack", "export"]);
  expect(state).not.toContain("kubernetes:core/v1:");
  return output;
}
