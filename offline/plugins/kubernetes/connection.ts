import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { SecureContextOptions } from "node:tls";
import { isMap, type PropertyMap } from "../property-value.ts";
import type { Kubeconfig } from "./kubeconfig.ts";
import { objectsAt, textAt } from "./manifest.ts";

/** How to reach an API server and to log in there. */
export interface Connection {
  readonly server: URL;
  readonly tls: SecureContextOptions & {
    readonly rejectUnauthorized: boolean;
    readonly servername?: string;
  };
  readonly authorization: string | undefined;
  /** Where objects go that name no namespace. */
  readonly namespace: string;
}

export interface Overrides {
  readonly context?: string;
  readonly cluster?: string;
  readonly namespace?: string;
}

/** Ways to log in and to connect that are not known here must not be left out in silence. */
const CLUSTER_KEYS = new Set([
  "server",
  "certificate-authority",
  "certificate-authority-data",
  "insecure-skip-tls-verify",
  "tls-server-name",
  "extensions",
]);
const USER_KEYS = new Set([
  "client-certificate",
  "client-certificate-data",
  "client-key",
  "client-key-data",
  "token",
  "tokenFile",
  "username",
  "password",
  "exec",
  "extensions",
]);

export function connectionOf(kubeconfig: Kubeconfig, overrides: Overrides): Connection {
  const { context, cluster } = active(kubeconfig, overrides);
  const userName = textAt(context, "user");
  const user = kubeconfig.users.get(userName) ?? {};
  refuseUnknown(`user ${JSON.stringify(userName)}`, user, USER_KEYS);
  refuseUnknown("cluster", cluster, CLUSTER_KEYS);
  const login = { ...user, ...fromExec(user["exec"], kubeconfig.folder) };
  const file = fileOf(kubeconfig.folder);
  return {
    server: new URL(textAt(cluster, "server")),
    tls: {
      ...present("ca", file(cluster, "certificate-authority")),
      ...present("cert", file(login, "client-certificate")),
      ...present("key", file(login, "client-key")),
      ...present("servername", textAt(cluster, "tls-server-name") || undefined),
      rejectUnauthorized: cluster["insecure-skip-tls-verify"] !== true,
    },
    authorization: authorization(login, kubeconfig.folder),
    namespace: overrides.namespace ?? (textAt(context, "namespace") || "default"),
  };
}

/** The context and the cluster in use; an error says what there is to choose from. */
export function active(
  kubeconfig: Kubeconfig,
  overrides: Overrides,
): { context: PropertyMap; cluster: PropertyMap } {
  const contextName = overrides.context ?? kubeconfig.currentContext;
  if (contextName === "") {
    throw new Error(
      "the kubeconfig has no current context, and the provider no `context`: " +
        choices(kubeconfig.contexts),
    );
  }
  const context = kubeconfig.contexts.get(contextName);
  if (context === undefined) {
    throw new Error(`context "${contextName}" does not exist: ${choices(kubeconfig.contexts)}`);
  }
  const clusterName = overrides.cluster ?? textAt(context, "cluster");
  const cluster = kubeconfig.clusters.get(clusterName);
  if (cluster === undefined) {
    throw new Error(`cluster "${clusterName}" does not exist: ${choices(kubeconfig.clusters)}`);
  }
  return { context, cluster };
}

function choices(named: ReadonlyMap<string, unknown>): string {
  return named.size === 0
    ? "the kubeconfig has none"
    : `the kubeconfig has ${[...named.keys()].map((name) => `"${name}"`).join(", ")}`;
}

function refuseUnknown(what: string, properties: PropertyMap, known: ReadonlySet<string>): void {
  const unknown = Object.keys(properties).filter((key) => !known.has(key));
  if (unknown.length > 0) {
    throw new Error(
      `the stand-in for the kubernetes plugin does not know ${unknown.join(", ")} ` +
        `of the ${what} in the kubeconfig`,
    );
  }
}

/** A key may hold a path; with `-data` at its end, it holds the content in base64. */
function fileOf(folder: string) {
  return (properties: PropertyMap, key: string): Buffer | undefined => {
    const data = textAt(properties, `${key}-data`);
    const path = textAt(properties, key);
    if (data !== "") {
      return Buffer.from(data, "base64");
    }
    return path === "" ? undefined : readFileSync(resolve(folder, path));
  };
}

function authorization(login: PropertyMap, folder: string): string | undefined {
  const tokenFile = textAt(login, "tokenFile");
  const token =
    tokenFile === ""
      ? textAt(login, "token")
      : readFileSync(resolve(folder, tokenFile), "utf8").trim();
  if (token !== "") {
    return `Bearer ${token}`;
  }
  const username = textAt(login, "username");
  return username === ""
    ? undefined
    : `Basic ${Buffer.from(`${username}:${textAt(login, "password")}`).toString("base64")}`;
}

/** What a command that hands out credentials says, under the keys that a user has. */
function fromExec(exec: unknown, folder: string): PropertyMap {
  if (!isMap(exec as PropertyMap)) {
    return {};
  }
  const settings = exec as PropertyMap;
  const args = settings["args"];
  const env = objectsAt(settings, "env").map((item) => [
    textAt(item, "name"),
    textAt(item, "value"),
  ]);
  const output = execFileSync(
    textAt(settings, "command"),
    Array.isArray(args) ? args.map(String) : [],
    {
      cwd: folder,
      env: { ...process.env, ...Object.fromEntries(env) },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const credential = JSON.parse(output) as PropertyMap;
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return {
    token: textAt(credential, "status", "token"),
    "client-certificate-data": base64(textAt(credential, "status", "clientCertificateData")),
    "client-key-data": base64(textAt(credential, "status", "clientKeyData")),
  };
}

function present<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { [name in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [name in Key]: Value });
}
