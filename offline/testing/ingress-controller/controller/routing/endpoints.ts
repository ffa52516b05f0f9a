import {
  type EndpointSlice,
  keyOf,
  type Pod,
  type Service,
  type ServiceBackend,
  type ServicePort,
} from "../cluster/objects.ts";

/** What of the cluster tells where a backend can be reached. */
export interface Backends {
  service(key: string): Service | undefined;
  endpointSlices(): readonly EndpointSlice[];
  pods(): readonly Pod[];
}

export class EndpointsMissing extends Error {}

/** `address:port` of every ready pod behind a backend. */
export function endpointsOf(
  backend: ServiceBackend,
  namespace: string,
  backends: Backends,
): string[] {
  const key = `${namespace}/${backend.name}`;
  const service = backends.service(key);
  if (service === undefined) throw new EndpointsMissing(`service ${key} doesn't exist`);
  const slices = backends.endpointSlices().filter((slice) => serviceOf(slice) === key);
  if (slices.length === 0) {
    throw new EndpointsMissing(
      service.spec.type === "ExternalName"
        ? "type ExternalName Services feature is only available in NGINX Plus"
        : `could not find endpointslices for service: ${backend.name}`,
    );
  }
  const port = targetPort(backend, service, backends.pods());
  const addresses = slices
    .filter(({ ports }) => (ports ?? []).some((candidate) => candidate.port === port))
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready === true)
    .flatMap((endpoint) => endpoint.addresses)
    .map((address) => (address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`));
  if (addresses.length === 0) {
    throw new EndpointsMissing(
      `no endpointslices for target port ${port} in service ${backend.name}`,
    );
  }
  return [...new Set(addresses)].sort();
}

/** The key of the service that a slice belongs to. */
export function serviceOf({ metadata }: EndpointSlice): string {
  return `${metadata.namespace}/${metadata.labels?.["kubernetes.io/service-name"] ?? ""}`;
}

/** How a backend's port is called in an upstream's name. */
export function portName({ port }: ServiceBackend): string {
  return port?.name ?? String(port?.number ?? 0);
}

function targetPort(backend: ServiceBackend, service: Service, pods: readonly Pod[]): number {
  const wanted = backend.port;
  const port = (service.spec.ports ?? []).find(({ name, port: number }) =>
    wanted?.name === undefined ? number === wanted?.number : name === wanted.name,
  );
  if (port === undefined) {
    throw new EndpointsMissing(`no port ${portName(backend)} in service ${backend.name}`);
  }
  if (port.targetPort === undefined) return port.port;
  return typeof port.targetPort === "number" ? port.targetPort : namedPort(port, service, pods);
}

/** A port's number by its name is in the pods: the controller asks the first that it finds. */
function namedPort(port: ServicePort, service: Service, pods: readonly Pod[]): number {
  const wanted = Object.entries(service.spec.selector ?? {});
  const pod = pods.find(
    ({ metadata }) =>
      metadata.namespace === service.metadata.namespace &&
      wanted.every(([name, value]) => metadata.labels?.[name] === value),
  );
  if (pod === undefined) {
    throw new EndpointsMissing(`no pods of service ${service.metadata.name}`);
  }
  const found = pod.spec.containers
    .flatMap(({ ports }) => ports ?? [])
    .find(
      ({ name, protocol = "TCP" }) =>
        name === port.targetPort && protocol === (port.protocol ?? "TCP"),
    );
  if (found === undefined) {
    throw new EndpointsMissing(`no port named ${port.targetPort} in pod ${keyOf(pod)}`);
  }
  return found.containerPort;
}
