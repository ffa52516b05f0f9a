import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { resolve } from "node:path";

type Parsed = { readonly server: string } | { readonly problem: string };

interface Named {
  readonly name?: string;
  readonly context?: { readonly cluster?: string } | null;
  readonly cluster?: { readonly server?: string } | null;
}

interface Kubeconfig {
  readonly "current-context"?: string;
  readonly contexts?: readonly Named[];
  readonly clusters?: readonly Named[];
}

/** Address of the API server that a kubeconfig leads to; or what is wrong. */
export function serverOf(text: string): Parsed {
  const config = parse(text);
  if (config === undefined) return { problem: "is no kubeconfig" };
  const current = config["current-context"];
  const contexts = config.contexts ?? [];
  if (!current) return { problem: `has no current-context${list(contexts)}` };
  const context = contexts.find(({ name }) => name === current)?.context;
  if (!context) return { problem: `has no context "${current}", its current-context` };
  const cluster = config.clusters?.find(({ name }) => name === context.cluster)?.cluster;
  if (!cluster) return { problem: `has no cluster "${context.cluster}", that of its context` };
  const { server } = cluster;
  if (typeof server !== "string" || !/^https?:\/\//.test(server) || !URL.canParse(server)) {
    return { problem: `has ${JSON.stringify(server ?? "")} for its server, which is no address` };
  }
  return { server: server.replace(/\/$/, "") };
}

/** The text of a file that config names; or what is wrong. */
export function readKubeconfig(root: string, path: string): { text: string } | { problem: string } {
  const file = resolve(root, path.replace(/^~(?=\/)/, homedir()));
  if (!existsSync(file)) return { problem: `There is no file ${file}` };
  if (!statSync(file).isFile()) return { problem: `${file} is no file` };
  return { text: readFileSync(file, "utf8") };
}

function parse(text: string): Kubeconfig | undefined {
  // Here, because only those who have a cluster are to wait for it to be loaded.
  const yaml: typeof import("yaml") = createRequire(import.meta.url)("yaml");
  try {
    const value: Kubeconfig | string | null = yaml.parse(text);
    return typeof value === "object" && Array.isArray(value?.clusters) ? value : undefined;
  } catch {
    return undefined;
  }
}

function list(contexts: readonly Named[]): string {
  if (contexts.length === 0) return "";
  const names = contexts.map(({ name }) => `"${name}"`).join(", ");
  return `; it has ${names}: \`kubectl config use-context NAME --kubeconfig FILE\``;
}
