import type {
  Ingress,
  IngressSpec,
} from "../../../testing/ingress-controller/controller/cluster/objects.ts";
import { Log } from "../../../testing/ingress-controller/controller/log.ts";

export function madeIngress(
  name: string,
  spec: IngressSpec,
  annotations: Readonly<Record<string, string>> = {},
  metadata: Partial<Ingress["metadata"]> = {},
): Ingress {
  return {
    kind: "Ingress",
    apiVersion: "networking.k8s.io/v1",
    metadata: {
      ...{ namespace: "app", name, uid: name, generation: 1, resourceVersion: "1" },
      creationTimestamp: "2026-01-01T00:00:00Z",
      annotations,
      ...metadata,
    },
    spec,
  };
}

export function hostRule(host: string, ...paths: string[]): NonNullable<IngressSpec["rules"]>[0] {
  const backend = { service: { name: "web", port: { number: 80 } } };
  const found = paths.map((path) => ({ path, pathType: "Prefix" as const, backend }));
  return found.length === 0 ? { host } : { host, http: { paths: found } };
}

/** A log, and what it was told. */
export function listeningLog(): { log: Log; said: string[] } {
  const said: string[] = [];
  return { log: new Log("text", "info", (line) => said.push(line)), said };
}
