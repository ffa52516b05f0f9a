import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ROOT } from "../project.ts";
import { type Check, none, ok, type StackFacts, wrong } from "./check.ts";

/** What a deployment makes first; who may make these may make the rest of what is in a namespace. */
const NEEDED = [
  { verb: "create", resource: "namespaces", group: "" },
  { verb: "create", resource: "deployments", group: "apps" },
  { verb: "create", resource: "ingresses", group: "networking.k8s.io" },
  { verb: "create", resource: "secrets", group: "" },
] as const;

export const cluster: Check = {
  name: "cluster",
  async run({ stack }) {
    if (stack?.settings["target"] !== "kubernetes") return none("this stack is in none");
    if (stack.settings["cluster"] === "gke") return none("one of the stack's own, made by up");
    const text = kubeconfigOf(stack);
    if (text === undefined) {
      return wrong(
        `${stack.settings["kubeconfigPath"] ?? "a kubeconfig"} is not there`,
        `npm run -s pulumi -- config set --secret kubeconfig -s ${stack.name} <KUBECONFIG`,
      );
    }
    try {
      return await rightsIn(text, stack.settings["namespace"] || `slipway-${stack.name}`);
    } catch (error) {
      const { message } = error as Error;
      return wrong(
        `can't be reached: ${message.split("\n")[0]?.slice(0, 200)}`,
        "kubectl --kubeconfig FILE get namespaces",
      );
    }
  },
};

function kubeconfigOf({ settings }: StackFacts): string | undefined {
  if (settings["kubeconfig"]) return settings["kubeconfig"];
  const path = resolve(ROOT, settings["kubeconfigPath"] ?? "");
  return settings["kubeconfigPath"] && existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

async function rightsIn(kubeconfig: string, namespace: string) {
  // The client of a cluster is loaded by those alone who use one.
  const { KubeConfig, AuthorizationV1Api } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const api = config.makeApiClient(AuthorizationV1Api);
  const missing: string[] = [];
  for (const { verb, resource, group } of NEEDED) {
    const { status } = await api.createSelfSubjectAccessReview({
      body: { spec: { resourceAttributes: { verb, resource, group, namespace } } },
    });
    if (status?.allowed !== true) missing.push(`${verb} ${resource}`);
  }
  const server = config.getCurrentCluster()?.server ?? "the cluster";
  return missing.length === 0
    ? ok(`${server} lets us deploy to ${namespace}`)
    : wrong(
        `${server} does not let us ${missing.join(", ")}`,
        `kubectl auth can-i --list -n ${namespace}`,
      );
}
