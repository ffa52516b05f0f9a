import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { AuthorizationV1Api, ObservableMiddleware } from "@kubernetes/client-node";
import { ROOT } from "../project.ts";
import { type Check, none, ok, type StackFacts, wrong } from "./check.ts";

/** What a deployment makes first; who may make these may make the rest of what is in a namespace. */
const NEEDED = [
  { verb: "create", resource: "namespaces", group: "" },
  { verb: "create", resource: "deployments", group: "apps" },
  { verb: "create", resource: "ingresses", group: "networking.k8s.io" },
  { verb: "create", resource: "secrets", group: "" },
] as const;

type Client = typeof import("@kubernetes/client-node");

/** For all that is asked. */
const SECONDS = 12;

export const cluster: Check = clusterCheck(SECONDS);

/** @param seconds that a cluster may take. */
export function clusterCheck(seconds: number): Check {
  return {
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
      return await rightsIn(text, stack.settings["namespace"] || `slipway-${stack.name}`, seconds);
    },
  };
}

function kubeconfigOf({ settings }: StackFacts): string | undefined {
  if (settings["kubeconfig"]) return settings["kubeconfig"];
  const path = resolve(ROOT, settings["kubeconfigPath"] ?? "");
  return settings["kubeconfigPath"] && existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

async function rightsIn(kubeconfig: string, namespace: string, seconds: number) {
  // The client of a cluster is loaded by those alone who use one.
  const client: Client = await import("@kubernetes/client-node");
  const config = new client.KubeConfig();
  const deadline = AbortSignal.timeout(seconds * 1000);
  let server = "the cluster";
  try {
    config.loadFromString(kubeconfig);
    server = config.getCurrentCluster()?.server ?? server;
    const api = config.makeApiClient(client.AuthorizationV1Api);
    const missing = await missingRights(api, namespace, [until(deadline, client)]);
    return missing.length === 0
      ? ok(`${server} lets us deploy to ${namespace}`)
      : wrong(
          `${server} does not let us ${missing.join(", ")}`,
          `kubectl auth can-i --list -n ${namespace}`,
        );
  } catch (error) {
    const { message } = deadline.aborted
      ? new Error(`no answer in ${seconds} s`)
      : (error as Error);
    return wrong(
      `${server} can't be reached: ${message.split("\n")[0]?.slice(0, 200)}`,
      "kubectl --kubeconfig FILE get namespaces",
    );
  }
}

async function missingRights(
  api: AuthorizationV1Api,
  namespace: string,
  middleware: ObservableMiddleware[],
): Promise<string[]> {
  const missing: string[] = [];
  for (const { verb, resource, group } of NEEDED) {
    const { status } = await api.createSelfSubjectAccessReview(
      { body: { spec: { resourceAttributes: { verb, resource, group, namespace } } } },
      { middleware, middlewareMergeStrategy: "append" },
    );
    if (status?.allowed !== true) missing.push(`${verb} ${resource}`);
  }
  return missing;
}

/** A server that drops what it is sent, as behind a firewall, would be waited for by the client for minutes. */
function until(deadline: AbortSignal, { Observable }: Client): ObservableMiddleware {
  return {
    pre: (request) => {
      request.setSignal(deadline);
      return new Observable(Promise.resolve(request));
    },
    post: (response) => new Observable(Promise.resolve(response)),
  };
}
