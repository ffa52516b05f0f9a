import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { NO_PRIVILEGES } from "./pod-security.ts";

/** What runs in a pod before, beside and after the app, for it to reach its database at 127.0.0.1. */
export interface PodProxy {
  readonly container: kubernetes.types.input.core.v1.Container;
  readonly hostAliases: kubernetes.types.input.core.v1.HostAlias[];
}

export const PROXY_HOST = "127.0.0.1";
export const PROXY_PORT = 5432;
/** Where the kubelet asks how it is. */
export const PROXY_HEALTH_PORT = 9801;

/** At which the proxy finds every instance. */
const INSTANCE_PORT = 3307;
/** Of `private.googleapis.com`: where a network without public addresses reaches every API of Google's. */
const GOOGLE_APIS = { network: "199.36.153.8/30", first: 8, count: 4 } as const;
/** The metadata server of the node, at a cluster with Dataplane V2. */
const METADATA = { address: "169.254.169.254/32", ports: [80, 8080] } as const;

/**
 * The Cloud SQL Auth Proxy 2, as a sidecar that Kubernetes knows to be one: it is up before the app begins,
 * ends after it, and does not keep a Job from being done. What the app tells it in the clear never leaves the
 * pod. It takes its token from the node's metadata server.
 *
 * @see https://cloud.google.com/sql/docs/postgres/connect-kubernetes-engine
 */
export function cloudSqlSidecar(image: string, connectionName: pulumi.Input<string>): PodProxy {
  const asked = (path: string) => ({ httpGet: { path, port: PROXY_HEALTH_PORT } });
  return {
    container: {
      name: "database-proxy",
      image,
      restartPolicy: "Always",
      args: [
        "--private-ip",
        `--port=${PROXY_PORT}`,
        "--structured-logs",
        "--health-check",
        "--http-address=0.0.0.0",
        `--http-port=${PROXY_HEALTH_PORT}`,
        "--exit-zero-on-sigterm",
        connectionName,
      ],
      startupProbe: { ...asked("/startup"), periodSeconds: 1, failureThreshold: 60 },
      livenessProbe: { ...asked("/liveness"), periodSeconds: 10, failureThreshold: 6 },
      resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
      securityContext: NO_PRIVILEGES,
      terminationMessagePolicy: "FallbackToLogsOnError",
    },
    // A policy knows addresses, and those that the name has in public change.
    hostAliases: Array.from({ length: GOOGLE_APIS.count }, (_, index) => ({
      ip: `199.36.153.${GOOGLE_APIS.first + index}`,
      hostnames: ["sqladmin.googleapis.com"],
    })),
  };
}

/** What a pod with the proxy has to be let out to: who it is, the API that knows the instance, and the instance. */
export function cloudSqlEgress(
  address: pulumi.Input<string>,
): kubernetes.types.input.networking.v1.NetworkPolicyEgressRule[] {
  const to = (cidr: pulumi.Input<string>, ...ports: number[]) => ({
    to: [{ ipBlock: { cidr } }],
    ports: ports.map((port) => ({ port, protocol: "TCP" })),
  });
  return [
    to(METADATA.address, ...METADATA.ports),
    to(GOOGLE_APIS.network, 443),
    to(address, INSTANCE_PORT),
  ];
}
