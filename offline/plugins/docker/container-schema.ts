import type { PropertyValue } from "../property-value.ts";
import { LABEL } from "./labels.ts";
import { atLeast, isEmpty, matching, type Schema } from "./schema.ts";

/** Upstream's properties of a container, but for those of GPUs, devices, swarms and foreground runs. */
export const containerSchema: Schema = {
  name: { type: "string", required: true, forceNew: true, autoNamed: true },
  image: { type: "string", required: true, forceNew: true },
  command: { type: "list", forceNew: true, computed: true },
  entrypoints: { type: "list", forceNew: true, computed: true },
  envs: { type: "set", forceNew: true, computed: true },
  labels: { type: "set", element: LABEL, forceNew: true, computed: true },
  hostname: { type: "string", forceNew: true, computed: true },
  domainname: { type: "string", forceNew: true },
  user: { type: "string", forceNew: true, sameAs: isAbsentOr },
  workingDir: { type: "string", forceNew: true, sameAs: isAbsentOr },

  start: { type: "bool", default: true },
  mustRun: { type: "bool", default: true },
  wait: { type: "bool", default: false },
  waitTimeout: { type: "int", default: 60 },
  rm: { type: "bool", default: false },
  removeVolumes: { type: "bool", default: true },
  restart: {
    type: "string",
    default: "no",
    validate: matching(/^(no|on-failure|always|unless-stopped)$/),
  },
  maxRetryCount: { type: "int" },
  destroyGraceSeconds: { type: "int" },
  stopSignal: { type: "string", forceNew: true, computed: true },
  stopTimeout: { type: "int", forceNew: true, computed: true },
  init: { type: "bool", computed: true },
  containerReadRefreshTimeoutMilliseconds: { type: "int", default: 15000 },

  healthcheck: {
    type: "list",
    single: true,
    computed: true,
    element: {
      tests: { type: "list" },
      interval: { type: "string", default: "0s", validate: duration },
      timeout: { type: "string", default: "0s", validate: duration },
      startPeriod: { type: "string", default: "0s", validate: duration },
      startInterval: { type: "string", default: "0s", validate: duration },
      retries: { type: "int", default: 0, validate: atLeast(0) },
    },
  },

  networkMode: { type: "string", forceNew: true, default: "bridge" },
  networksAdvanced: {
    type: "set",
    forceNew: true,
    upstreamName: "networks_advanced",
    element: {
      name: { type: "string", required: true },
      aliases: { type: "set" },
      ipv4Address: { type: "string" },
      ipv6Address: { type: "string" },
    },
  },
  ports: {
    type: "list",
    forceNew: true,
    sameAs: sameBindings,
    element: {
      internal: { type: "int", required: true },
      external: { type: "int", computed: true },
      ip: { type: "string", default: "0.0.0.0", normalize: (ip) => (ip === "" ? "0.0.0.0" : ip) },
      protocol: { type: "string", default: "tcp" },
    },
  },
  publishAllPorts: { type: "bool", forceNew: true },
  hosts: {
    type: "set",
    forceNew: true,
    upstreamName: "host",
    element: {
      host: { type: "string", required: true },
      ip: { type: "string", required: true },
    },
  },
  dns: { type: "set", forceNew: true },

  volumes: {
    type: "set",
    forceNew: true,
    element: {
      volumeName: { type: "string" },
      hostPath: { type: "string", validate: absolutePath },
      containerPath: { type: "string" },
      fromContainer: { type: "string" },
      readOnly: { type: "bool" },
    },
  },
  uploads: {
    type: "set",
    forceNew: true,
    upstreamName: "upload",
    element: {
      file: { type: "string", required: true },
      content: { type: "string" },
      contentBase64: { type: "string", validate: base64 },
      source: { type: "string" },
      sourceHash: { type: "string" },
      executable: { type: "bool", default: false },
      permissions: { type: "string", validate: matching(/^0[0-7]{3}$/) },
    },
  },
  tmpfs: { type: "map" },
  readOnly: { type: "bool", forceNew: true, default: false },
  shmSize: { type: "int", forceNew: true, computed: true, validate: atLeast(0) },

  privileged: { type: "bool", forceNew: true },
  capabilities: {
    type: "set",
    single: true,
    forceNew: true,
    element: { adds: { type: "set" }, drops: { type: "set" } },
  },
  securityOpts: { type: "set", forceNew: true, computed: true },
  groupAdds: { type: "set", forceNew: true },
  sysctls: { type: "map", forceNew: true },
  ulimits: {
    type: "set",
    forceNew: true,
    upstreamName: "ulimit",
    element: {
      name: { type: "string", required: true },
      soft: { type: "int", required: true },
      hard: { type: "int", required: true },
    },
  },

  memory: { type: "int", validate: atLeast(0) },
  memoryReservation: { type: "int", default: 0, validate: atLeast(0) },
  memorySwap: { type: "int", validate: atLeast(-1) },
  cpus: { type: "string", forceNew: true },
  cpuShares: { type: "int", validate: atLeast(0) },
  cpuSet: { type: "string", validate: matching(/^\d+([,-]\d+)*$/) },
  logDriver: { type: "string", forceNew: true, computed: true },
  logOpts: { type: "map", forceNew: true },
  tty: { type: "bool", forceNew: true, default: false },
  stdinOpen: { type: "bool", forceNew: true, default: false },

  bridge: { type: "string", computed: true, output: true },
  exitCode: { type: "int", computed: true, output: true },
  networkDatas: {
    type: "list",
    computed: true,
    output: true,
    element: {
      networkName: { type: "string" },
      ipAddress: { type: "string" },
      ipPrefixLength: { type: "int" },
      gateway: { type: "string" },
      globalIpv6Address: { type: "string" },
      globalIpv6PrefixLength: { type: "int" },
      ipv6Gateway: { type: "string" },
      macAddress: { type: "string" },
    },
  },
};

/** What the image says is as good as saying nothing. */
function isAbsentOr(before: PropertyValue, after: PropertyValue): boolean {
  return after === null || after === "" || before === after;
}

interface Port {
  readonly internal?: number;
  readonly external?: number;
  readonly ip?: string;
  readonly protocol?: string;
}

/** The order of ports is no change, as long as each is written out in full. */
function sameBindings(before: PropertyValue, after: PropertyValue): boolean {
  if (!Array.isArray(before) || !Array.isArray(after) || isEmpty(after)) {
    return false;
  }
  const wanted = after as Port[];
  return (
    before.length === wanted.length &&
    (before as Port[]).every((old) =>
      wanted.some(
        (port) =>
          port.internal === old.internal &&
          port.external === old.external &&
          (port.ip || "0.0.0.0") === old.ip &&
          port.protocol === old.protocol,
      ),
    )
  );
}

function duration(value: string | number): string | undefined {
  const text = String(value);
  if (!/^[+-]?(0|(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+)$/.test(text)) {
    return `'${text}' is not a valid duration`;
  }
  return text.startsWith("-") ? `'${text}' duration must not be negative` : undefined;
}

function absolutePath(value: string | number): string | undefined {
  return /^[a-zA-Z]:[\\/]|^\//.test(String(value))
    ? undefined
    : `'${value}' must be an absolute path`;
}

function base64(value: string | number): string | undefined {
  const text = String(value);
  const valid = /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0;
  return valid ? undefined : `'${text}' is not base64 decodeable`;
}
