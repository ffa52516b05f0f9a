import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ensureOfflineImages, offlineImages } from "../../../offline/images/index.ts";
import { readToolChoice } from "../../../ops/tools.ts";
import { Clone } from "../clone.ts";
import { setConfig } from "../config.ts";

/** A clone whose stack has the config of an example, as its README says, and nothing else. */
export async function cloneWithExample(name: string): Promise<Clone> {
  const clone = await Clone.make();
  await useExample(clone, name);
  return clone;
}

/** Gives the stack of a clone the config of an example. */
export async function useExample(clone: Clone, name: string): Promise<void> {
  setConfig(clone, await exampleSettings(clone, name));
}

/** The config of an example, and what this machine needs beside it. */
export async function exampleSettings(clone: Clone, name: string): Promise<Record<string, string>> {
  const file = join(clone.folder, "examples", name, "stack.yaml");
  const config: Record<string, string> = parse(readFileSync(file, "utf8")).config;
  const settings = Object.entries(config).map(([key, value]) => [
    key.replace("slipway:", ""),
    value,
  ]);
  return { ...Object.fromEntries(settings), drainSeconds: "5", ...(await baseImages()) };
}

/** Where Docker Hub can't be reached, what the README says to set there. */
async function baseImages(): Promise<Record<string, string>> {
  if (readToolChoice()?.images !== "offline") return {};
  const { nginx, node, python } = offlineImages;
  await ensureOfflineImages(() => undefined, undefined, Object.values(offlineImages));
  const buildArgs = { NGINX_IMAGE: nginx, NODE_IMAGE: node, PYTHON_IMAGE: python };
  return { buildArgs: JSON.stringify(buildArgs) };
}

/** `./slipway start`, which has to end well; @returns what it printed. */
export async function deployed(clone: Clone): Promise<string> {
  clone.commit("next");
  const { code, output } = await clone.slipway(["start"]);
  if (code !== 0) throw new Error(output);
  return output;
}
