import type Docker from "dockerode";
import type { PropertyMap, PropertyValue } from "../property-value.ts";
import { formatDuration } from "./go-duration.ts";
import { isEmpty } from "./schema.ts";

const MIB = 1024 * 1024;

/** What a real container tells, beside what is in the types. */
type Inspected = Docker.ContainerInspectInfo & {
  readonly Config: { readonly StopTimeout?: number; readonly StopSignal?: string };
  readonly NetworkSettings: { readonly Bridge?: string };
};

/**
 * The properties that upstream reads of a container. Environment and labels are not among them:
 * those of the image could not be told from those of the user.
 */
export function containerState(container: Inspected, state: PropertyMap): PropertyMap {
  const { Config: config, HostConfig: host, NetworkSettings: settings } = container;
  return {
    ...whetherItRuns(container, state),
    bridge: settings.Bridge ?? "",
    networkDatas: networkDatas(settings.Networks),
    name: container.Name.replace(/^\/+/, ""),
    // An image that was asked for by its id is known by its id.
    image: String(state["image"]).startsWith("sha256:") ? container.Image : config.Image,
    hostname: config.Hostname,
    domainname: config.Domainname,
    command: config.Cmd ?? [],
    entrypoints: [config.Entrypoint ?? []].flat(),
    user: config.User,
    workingDir: config.WorkingDir,
    tty: config.Tty,
    stdinOpen: config.OpenStdin,
    stopSignal: config.StopSignal ?? "",
    stopTimeout: config.StopTimeout ?? 0,
    ...(config.Healthcheck ? { healthcheck: healthcheck(config.Healthcheck) } : {}),
    rm: host.AutoRemove ?? false,
    readOnly: host.ReadonlyRootfs ?? false,
    init: host.Init ?? false,
    privileged: host.Privileged ?? false,
    publishAllPorts: host.PublishAllPorts ?? false,
    restart: host.RestartPolicy?.Name ?? "",
    maxRetryCount: host.RestartPolicy?.MaximumRetryCount ?? 0,
    networkMode: host.NetworkMode ?? "",
    dns: sorted(host.Dns),
    hosts: (host.ExtraHosts ?? []).map((entry: string) => {
      const [name = "", ip = ""] = entry.split(":");
      return { host: name, ip };
    }),
    groupAdds: sorted(host.GroupAdd),
    securityOpts: sorted(host.SecurityOpt),
    ...capabilities(host),
    ...(isEmpty(state["ulimits"] ?? null) ? {} : { ulimits: ulimits(host) }),
    tmpfs: host.Tmpfs ?? {},
    sysctls: host.Sysctls ?? {},
    shmSize: Math.floor((host.ShmSize ?? 0) / MIB),
    memory: Math.floor((host.Memory ?? 0) / MIB),
    memoryReservation: Math.floor((host.MemoryReservation ?? 0) / MIB),
    memorySwap: inMebibytes(host.MemorySwap ?? 0),
    ...(host.NanoCpus ? { cpus: decimal(host.NanoCpus / 1e9) } : {}),
    cpuShares: host.CpuShares ?? 0,
    cpuSet: host.CpusetCpus ?? "",
    logDriver: host.LogConfig?.Type ?? "",
    logOpts: isEmpty(state["logOpts"] ?? null) ? {} : (host.LogConfig?.Config ?? {}),
  };
}

/**
 * A stopped container that should run shows as `mustRun: false`, so that the next update finds a
 * change to make; with its ports, which the engine frees, upstream then even replaces it.
 */
function whetherItRuns(container: Inspected, state: PropertyMap): PropertyMap {
  const { Running, ExitCode } = container.State;
  const mustRun = state["mustRun"] === true;
  const ports =
    (Running || mustRun) && !isEmpty(state["ports"] ?? null)
      ? { ports: publishedPorts(container.NetworkSettings.Ports) }
      : {};
  return {
    ...ports,
    ...(Running ? {} : { exitCode: ExitCode, ...(mustRun ? { mustRun: false } : {}) }),
  };
}

function publishedPorts(ports: Inspected["NetworkSettings"]["Ports"]): PropertyValue[] {
  return Object.entries(ports ?? {})
    .map(([key, bindings]) => {
      const [internal = "", protocol = ""] = key.split("/");
      return { internal: Number(internal), protocol, bindings: bindings ?? [] };
    })
    .sort((a, b) => a.internal - b.internal)
    .flatMap(({ internal, protocol, bindings }) =>
      bindings.map(({ HostIp, HostPort }) => ({
        internal,
        external: Number(HostPort),
        ip: HostIp,
        protocol,
      })),
    );
}

function networkDatas(networks: Inspected["NetworkSettings"]["Networks"]): PropertyValue[] {
  return Object.entries(networks ?? {}).map(([networkName, data]) => ({
    networkName,
    ipAddress: data.IPAddress,
    ipPrefixLength: data.IPPrefixLen,
    gateway: data.Gateway,
    globalIpv6Address: data.GlobalIPv6Address,
    globalIpv6PrefixLength: data.GlobalIPv6PrefixLen,
    ipv6Gateway: data.IPv6Gateway,
    macAddress: data.MacAddress,
  }));
}

function healthcheck(check: Docker.HealthConfig): PropertyMap {
  return {
    tests: check.Test ?? [],
    interval: formatDuration(check.Interval ?? 0),
    timeout: formatDuration(check.Timeout ?? 0),
    startPeriod: formatDuration(check.StartPeriod ?? 0),
    startInterval: formatDuration(check.StartInterval ?? 0),
    retries: check.Retries ?? 0,
  };
}

function capabilities(host: Docker.HostConfig): PropertyMap {
  const adds = sorted(host.CapAdd);
  const drops = sorted(host.CapDrop);
  return adds.length + drops.length > 0 ? { capabilities: { adds, drops } } : {};
}

function ulimits(host: Docker.HostConfig): PropertyValue[] {
  return (host.Ulimits ?? []).map(({ Name = "", Soft = 0, Hard = 0 }) => ({
    name: Name,
    soft: Soft,
    hard: Hard,
  }));
}

function inMebibytes(bytes: number): number {
  return bytes > 0 ? Math.floor(bytes / MIB) : bytes;
}

function decimal(cpus: number): string {
  return Number.isInteger(cpus) ? cpus.toFixed(1) : String(cpus);
}

function sorted(values: readonly string[] | null | undefined): string[] {
  return [...(values ?? [])].sort();
}
