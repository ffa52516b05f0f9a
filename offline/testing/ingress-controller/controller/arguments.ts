import { parseBoolean, parseInteger } from "./rules/values.ts";

/** Each argument that is known, with its default, from which its type follows. */
const DEFAULTS = {
  "default-server-tls-secret": "",
  "disable-ipv6": false,
  "enable-custom-resources": true,
  "enable-leader-election": true,
  "enable-prometheus-metrics": false,
  "enable-snippets": false,
  "enable-telemetry-reporting": true,
  "external-service": "",
  "health-status": false,
  "health-status-uri": "/nginx-health",
  "ingress-class": "nginx",
  "leader-election-lock-name": "nginx-ingress-leader-election",
  "log-format": "glog",
  "log-level": "info",
  "nginx-configmaps": "",
  "nginx-reload-timeout": 60000,
  "nginx-status": true,
  "nginx-status-allow-cidrs": "127.0.0.1,::1",
  "nginx-status-port": 8080,
  "prometheus-metrics-listen-port": 9113,
  "ready-status": true,
  "ready-status-port": 8081,
  "report-ingress-status": false,
  version: false,
  "watch-namespace": "",
  "watch-namespace-label": "",
};

export type Arguments = typeof DEFAULTS;

export interface ParsedArguments {
  readonly values: Arguments;
  /** From the first word that is no argument on, nothing is read: `-nginx-status false` ends it. */
  readonly unhandled: readonly string[];
}

/** Arguments as Go's `flag` package reads them: one or two dashes, `-name=value`, booleans without value. */
export function parseArguments(words: readonly string[]): ParsedArguments {
  const values: Record<string, string | number | boolean> = { ...DEFAULTS };
  const rest = [...words];
  while (/^--?[^-]|^---/.test(rest[0] ?? "")) {
    const word = rest.shift() ?? "";
    const [, name = "", given] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === "") throw new Error(`bad flag syntax: ${word}`);
    if (!Object.hasOwn(DEFAULTS, name)) throw unknown(name);
    const isSwitch = typeof values[name] === "boolean";
    const text = given ?? (isSwitch ? "true" : rest.shift());
    if (text === undefined) throw new Error(`flag needs an argument: -${name}`);
    values[name] = read(name, text, values[name]);
  }
  if (rest[0] === "--") rest.shift();
  return { values: values as Arguments, unhandled: rest };
}

function read(name: string, text: string, kind: unknown): string | number | boolean {
  if (typeof kind === "string") return text;
  const value = typeof kind === "boolean" ? parseBoolean(text) : parseInteger(text);
  if (value !== undefined) return value;
  throw new Error(
    typeof kind === "boolean"
      ? `invalid boolean value ${JSON.stringify(text)} for -${name}: parse error`
      : `invalid value ${JSON.stringify(text)} for flag -${name}: parse error`,
  );
}

function unknown(name: string): Error {
  return new Error(
    `flag provided but not defined: -${name}. ` +
      `This stand-in for the controller has: -${Object.keys(DEFAULTS).join(", -")}`,
  );
}

/** Everything that is wrong with the values of the arguments. */
export function checkArguments(values: Arguments): string[] {
  return [
    ...(values["enable-custom-resources"]
      ? ["This stand-in has no custom resources. Give -enable-custom-resources=false"]
      : []),
    ...(/^\/[^\s{};]+$/.test(values["health-status-uri"])
      ? []
      : [`Invalid value for health-status-uri: ${values["health-status-uri"]}`]),
    ...(isResourceName(values["leader-election-lock-name"])
      ? []
      : [`Invalid value for leader-election-lock-name: ${values["leader-election-lock-name"]}`]),
    ...(["nginx-status-port", "prometheus-metrics-listen-port", "ready-status-port"] as const)
      .filter((name) => values[name] < 1024 || values[name] > 65535)
      .map(
        (name) =>
          `Invalid value for ${name}: port outside of valid port range [1024 - 65535]: ${values[name]}`,
      ),
    ...watchedNamespaces(values)
      .filter((name) => name !== "" && !isResourceName(name))
      .map((name) => `Invalid values for namespaces: ${name}`),
    ...labelProblems(values),
    ...(["nginx-configmaps", "default-server-tls-secret"] as const)
      .filter((name) => values[name] !== "" && values[name].split("/").length !== 2)
      .map(
        (name) =>
          `Error parsing the ${name} argument: "${values[name]}" must follow the format <namespace>/<name>`,
      ),
  ];
}

function labelProblems(values: Arguments): string[] {
  const label = values["watch-namespace-label"];
  if (label === "") return [];
  if (values["watch-namespace"] !== "") {
    return ["watch-namespace and -watch-namespace-label are mutually exclusive"];
  }
  return /^[\w./-]+=[\w.-]*$/.test(label)
    ? []
    : [
        `Unable to parse label ${label} for watch namespace label: this stand-in takes NAME=VALUE alone`,
      ];
}

/** The namespaces to watch where no label says which; an empty name stands for all. */
export function watchedNamespaces(values: Arguments): string[] {
  return values["watch-namespace"].split(",");
}

function isResourceName(name: string): boolean {
  return (
    name.length <= 253 &&
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)
  );
}
