import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesObject } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { ApiServer } from "./checkers/api-server.ts";
import { checkov } from "./checkers/checkov.ts";
import { EXCEPTIONS } from "./checkers/exceptions.ts";
import { kubeconform } from "./checkers/kubeconform.ts";
import { stackObjects } from "./checkers/stack-objects.ts";
import { ClusterStack } from "./stack/cluster-stack.ts";

const folder = mkdtempSync(join(tmpdir(), "slipway-manifests-"));
const manifests = join(folder, "objects.yaml");
let stack: ClusterStack;
let objects: KubernetesObject[];

// With all that config can ask for.
beforeAll(async () => {
  stack = await ClusterStack.make({
    autoscale: "3",
    processes: JSON.stringify({ clock: "sleep infinity" }),
    egress: JSON.stringify(["203.0.113.0/24"]),
  });
  await stack.up({ image: await stack.push("app"), version: "1.0.0" });
  objects = await stackObjects(stack);
  writeFileSync(manifests, objects.map(document).join(""));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await stack?.remove();
});

test("A stack makes every kind of object that is to be checked", () => {
  const kinds = new Set(objects.map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual([
    "ClusterRole",
    "ClusterRoleBinding",
    "ConfigMap",
    "Deployment",
    "HorizontalPodAutoscaler",
    "Ingress",
    "IngressClass",
    "Job",
    "Namespace",
    "NetworkPolicy",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
    "Role",
    "RoleBinding",
    "Secret",
    "Service",
    "ServiceAccount",
    "StatefulSet",
  ]);
});

test("kubeconform finds no field that the API server does not know, and no value of another type", async () => {
  const found = await kubeconform(new ApiServer(stack.config), manifests, folder);
  expect(found).toContain(`${objects.length} resources found`);
  expect(found).toContain("Invalid: 0, Errors: 0, Skipped: 0");
});

test("checkov finds nothing but what has a reason, and no reason is without what it is for", () => {
  const { failed, passed } = checkov(manifests);
  const reasons = failed.map(({ check, object }) =>
    EXCEPTIONS.find((exception) => exception.check === check && exception.of.test(object)),
  );
  expect(failed.filter((_, index) => reasons[index] === undefined)).toEqual([]);
  expect(EXCEPTIONS.filter((exception) => !reasons.includes(exception))).toEqual([]);
  expect(passed).toBeGreaterThan(100);
});

/** For readers who take a bare "yes" for true. */
function document(object: KubernetesObject): string {
  return `---\n${stringify(object, { version: "1.1" })}`;
}
