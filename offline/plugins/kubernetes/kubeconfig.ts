import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { isMap, type PropertyMap } from "../property-value.ts";
import { textAt } from "./manifest.ts";

export interface Kubeconfig {
  readonly clusters: ReadonlyMap<string, PropertyMap>;
  readonly users: ReadonlyMap<string, PropertyMap>;
  readonly contexts: ReadonlyMap<string, PropertyMap>;
  readonly currentContext: string;
  /** What relative paths in it are relative to. */
  readonly folder: string;
}

/** A kubeconfig from a file, if the text is the path of one, or from the text itself. */
export function readKubeconfig(pathOrText: string): Kubeconfig {
  const path = pathOrText.replace(/^~(?=$|\/)/, homedir());
  const isPath = !pathOrText.includes("\n") && existsSync(path);
  const content: unknown = parse(isPath ? readFileSync(path, "utf8") : pathOrText);
  if (typeof content === "string") {
    throw new Error(
      `there is no file ${JSON.stringify(shortened(pathOrText))}, ` +
        "and it is not the text of a kubeconfig either",
    );
  }
  if (!isMap(content as PropertyMap)) {
    throw new Error("the kubeconfig is not an object with clusters, users and contexts");
  }
  const config = content as PropertyMap;
  return {
    clusters: named(config, "clusters", "cluster"),
    users: named(config, "users", "user"),
    contexts: named(config, "contexts", "context"),
    currentContext: textAt(config, "current-context"),
    folder: isPath ? dirname(resolve(path)) : process.cwd(),
  };
}

/** Lists in a kubeconfig are of names and, beside each, what has that name. */
function named(config: PropertyMap, list: string, key: string): Map<string, PropertyMap> {
  const items = config[list] ?? [];
  if (!Array.isArray(items)) {
    throw new Error(`\`${list}\` in the kubeconfig is not a list`);
  }
  return new Map(
    items.filter(isMap).map((item) => {
      const value = item[key];
      return [textAt(item, "name"), isMap(value) ? value : {}];
    }),
  );
}

/** A mistyped secret must not be repeated in an error. */
function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 20)}…` : text;
}
