import type Docker from "dockerode";
import { isMap, type PropertyMap } from "../property-value.ts";
import { parseDuration } from "./go-duration.ts";
import { labelMap } from "./labels.ts";
import { isEmpty } from "./schema.ts";

const MIB = 1024 * 1024;

/** What the engine is asked for, from a plan. Values that are unknown yet are the engine's to choose. */
export function containerOptions(planned: PropertyMap): Docker.ContainerCreateOptions {
  const ports = objects(planned["ports"]);
  const binds = volumeBinds(planned);
  return {
    Image: text(planned["image"]),
    Hostname: text(planned["hostname"]),
    Domainname: text(planned["domainname"]),
    Tty: planned["tty"] === true,
    OpenStdin: planned["stdinOpen"] === true,
    StopSignal: text(planned["stopSignal"]),
    ...ifGiven(planned["stopTimeout"], (seconds: number) => ({ StopTimeout: seconds })),
    Env: strings(planned["envs"]),
    ...ifGiven(planned["command"], (command: string[]) => ({ Cmd: nonEmpty(command) })),
    ...ifGiven(planned["entrypoints"], (entrypoint: string[]) => ({ Entrypoint: entrypoint })),
    User: text(planned["user"]),
    WorkingDir: text(planned["workingDir"]),
    Labels: labelMap(objects(planned["labels"])),
    ExposedPorts: Object.fromEntries(ports.map((port) => [portKey(port), {}])),
    Volumes: Object.fromEntries(binds.paths.map((path) => [path, {}])),
    ...ifGiven(planned["healthcheck"], (check: PropertyMap) => ({ Healthcheck: health(check) })),
    HostConfig: {
      ...hostConfig(planned),
      Binds: binds.binds,
      VolumesFrom: binds.volumesFrom,
      PortBindings: portBindings(ports),
    },
  };
}

function hostConfig(planned: PropertyMap): Docker.HostConfig {
  const capabilities = isMap(planned["capabilities"]) ? planned["capabilities"] : {};
  const systemPaths = planned["securityOpts"];
  const securityOpts = strings(systemPaths).filter((opt) => opt !== "systempaths=unconfined");
  const unconfined = securityOpts.length < strings(systemPaths).length;
  return {
    Privileged: planned["privileged"] === true,
    PublishAllPorts: planned["publishAllPorts"] === true,
    AutoRemove: planned["rm"] === true,
    ReadonlyRootfs: planned["readOnly"] === true,
    Init: planned["init"] === true,
    RestartPolicy: restartPolicy(planned),
    NetworkMode: text(planned["networkMode"]),
    LogConfig: { Type: text(planned["logDriver"]), Config: map(planned["logOpts"]) },
    Tmpfs: map(planned["tmpfs"]),
    Sysctls: map(planned["sysctls"]),
    Dns: strings(planned["dns"]),
    ExtraHosts: objects(planned["hosts"]).map(({ host, ip }) => `${text(host)}:${text(ip)}`),
    GroupAdd: strings(planned["groupAdds"]),
    Ulimits: objects(planned["ulimits"]).map(({ name, soft, hard }) => ({
      Name: text(name),
      Soft: number(soft),
      Hard: number(hard),
    })),
    CapAdd: capabilityNames(strings(capabilities["adds"])),
    CapDrop: capabilityNames(strings(capabilities["drops"])),
    SecurityOpt: securityOpts,
    ...(unconfined ? { MaskedPaths: [], ReadonlyPaths: [] } : {}),
    ...ifGiven(planned["cpus"], (cpus: string) => ({ NanoCpus: nanoCpus(cpus) })),
    ShmSize: number(planned["shmSize"]) * MIB,
    ...resources(planned),
  };
}

export function restartPolicy(planned: PropertyMap): Docker.HostRestartPolicy {
  return {
    Name: text(planned["restart"]),
    MaximumRetryCount: number(planned["maxRetryCount"]),
  };
}

/** What can be changed of a running container too. */
export function resources(planned: PropertyMap) {
  const swap = number(planned["memorySwap"]);
  return {
    CpuShares: number(planned["cpuShares"]),
    CpusetCpus: text(planned["cpuSet"]),
    Memory: number(planned["memory"]) * MIB,
    MemoryReservation: number(planned["memoryReservation"]) * MIB,
    // -1 is not an amount of memory, it lifts the limit.
    MemorySwap: swap > 0 ? swap * MIB : swap,
  };
}

/** Docker's client spells them out for older engines, and what the engine then tells is a change. */
function capabilityNames(names: readonly string[]): string[] {
  const full = names
    .map((name) => name.toUpperCase())
    .map((name) => (name === "ALL" || name.startsWith("CAP_") ? name : `CAP_${name}`));
  return [...new Set(full)].sort();
}

function health(check: PropertyMap): Docker.HealthConfig {
  return {
    Test: strings(check["tests"]),
    Interval: parseDuration(text(check["interval"])),
    Timeout: parseDuration(text(check["timeout"])),
    StartPeriod: parseDuration(text(check["startPeriod"])),
    ...ifGiven(text(check["startInterval"]).replace(/^0s$/, ""), (interval: string) => ({
      StartInterval: parseDuration(interval),
    })),
    Retries: number(check["retries"]),
  };
}

function nonEmpty(command: readonly string[]): string[] {
  if (command.includes("")) {
    throw new Error("values for command may not be empty");
  }
  return [...command];
}

function portKey({ internal, protocol }: PropertyMap): string {
  return `${number(internal)}/${text(protocol)}`;
}

function portBindings(ports: readonly PropertyMap[]): Record<string, Docker.PortBinding[]> {
  const bindings: Record<string, Docker.PortBinding[]> = {};
  for (const port of ports) {
    const key = portKey(port);
    bindings[key] ??= [];
    bindings[key].push({ HostIp: text(port["ip"]), HostPort: String(number(port["external"])) });
  }
  return bindings;
}

/** Where volumes go: binds of a name or a path, anonymous ones, and those of other containers. */
function volumeBinds(planned: PropertyMap) {
  const paths: string[] = [];
  const binds: string[] = [];
  const volumesFrom: string[] = [];
  for (const volume of objects(planned["volumes"])) {
    const containerPath = text(volume["containerPath"]);
    const from = text(volume["fromContainer"]);
    const source = text(volume["hostPath"]) || text(volume["volumeName"]);
    if (from === "" && containerPath === "") {
      throw new Error(
        "Unable to parse volumes: volume entry without container path or source container",
      );
    }
    if (from !== "" && containerPath !== "") {
      throw new Error(
        "Unable to parse volumes: both a container and a path specified in a volume entry",
      );
    }
    if (from !== "") {
      volumesFrom.push(from);
      continue;
    }
    paths.push(containerPath);
    if (source !== "") {
      binds.push(`${source}:${containerPath}:${volume["readOnly"] === true ? "ro" : "rw"}`);
    }
  }
  return { paths, binds, volumesFrom };
}

function nanoCpus(cpus: string): number {
  if (!/^\d+(\.\d*)?$|^\.\d+$/.test(cpus)) {
    throw new Error(`Error setting cpus: failed to parse ${cpus} as a rational number`);
  }
  return Math.round(Number(cpus) * 1e9);
}

function ifGiven<Value, Options extends object>(
  value: unknown,
  options: (value: Value) => Options,
): Options | Record<string, never> {
  const given = typeof value !== "symbol" && value !== undefined && !isEmpty(value as string);
  return given ? options(value as Value) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? (value as string[]) : [];
}

function objects(value: unknown): PropertyMap[] {
  return Array.isArray(value) ? (value as PropertyMap[]) : [];
}

function map(value: unknown): Record<string, string> {
  return typeof value === "object" && value !== null ? (value as Record<string, string>) : {};
}
