import type {
  ConfigMap,
  EndpointSlice,
  Ingress,
  IngressSpec,
  Path,
  Secret,
  Service,
} from "../../../testing/ingress-controller/controller/cluster/objects.ts";

/** What the API server adds by itself is left out. */
export type Given<T> = Omit<T, "metadata"> & {
  metadata: { name: string; namespace: string; [field: string]: unknown };
};

export const NAMESPACE = "app";
export const CONTROLLER_NAMESPACE = "nginx-ingress";

export function ingress(
  name: string,
  spec: IngressSpec,
  annotations: Readonly<Record<string, string>> = {},
): Given<Ingress> {
  return {
    kind: "Ingress",
    apiVersion: "networking.k8s.io/v1",
    metadata: { namespace: NAMESPACE, name, annotations },
    spec: { ingressClassName: "nginx", ...spec },
  };
}

/** An Ingress that sends every path of a host to a service. */
export function oneHost(
  name: string,
  host: string,
  service: string,
  annotations: Readonly<Record<string, string>> = {},
): Given<Ingress> {
  return ingress(name, { rules: [{ host, http: { paths: [path("/", service)] } }] }, annotations);
}

export function path(prefix: string, service: string): Path {
  return {
    path: prefix,
    pathType: "Prefix",
    backend: { service: { name: service, port: { number: 80 } } },
  };
}

export function service(name: string, targetPort: number): Given<Service> {
  return {
    kind: "Service",
    apiVersion: "v1",
    metadata: { namespace: NAMESPACE, name },
    spec: { type: "ClusterIP", ports: [{ port: 80, targetPort, protocol: "TCP" }] },
  };
}

export function endpointSlice(
  of: string,
  port: number,
  addresses: readonly string[],
): Given<EndpointSlice> {
  return {
    kind: "EndpointSlice",
    apiVersion: "discovery.k8s.io/v1",
    metadata: {
      namespace: NAMESPACE,
      name: `${of}-1`,
      labels: { "kubernetes.io/service-name": of },
    },
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: [{ port }],
  };
}

export function tlsSecret(
  name: string,
  pair: { readonly cert: string; readonly key: string },
): Given<Secret> {
  const inBase64 = (text: string) => Buffer.from(text).toString("base64");
  return {
    kind: "Secret",
    apiVersion: "v1",
    metadata: { namespace: NAMESPACE, name },
    type: "kubernetes.io/tls",
    data: { "tls.crt": inBase64(pair.cert), "tls.key": inBase64(pair.key) },
  };
}

export function configMap(data: Readonly<Record<string, string>>): Given<ConfigMap> {
  return {
    kind: "ConfigMap",
    apiVersion: "v1",
    metadata: { namespace: CONTROLLER_NAMESPACE, name: "nginx-config" },
    data,
  };
}
