import { tmpdir } from "node:os";
import { run } from "../run.ts";
import { isForImages } from "./machine-files.ts";

type NpmConfig = Readonly<Record<string, unknown>>;

export interface NpmSettings {
  readonly npmrc: string;
  /** What npm trusts beside the system's certificates. */
  readonly certificateFiles: readonly string[];
}

export async function readNpmSettings(trustedBundle: string): Promise<NpmSettings> {
  // Run where no project's own .npmrc is found.
  const config = JSON.parse(
    await run("npm", ["config", "list", "--json"], { cwd: tmpdir() }),
  ) as NpmConfig;
  const { cafile } = config;
  return {
    npmrc: npmrcForImages(config, trustedBundle),
    certificateFiles: typeof cafile === "string" ? [cafile] : [],
  };
}

export function npmrcForImages(config: NpmConfig, trustedBundle: string): string {
  const addresses = Object.entries(config)
    .filter(([name]) => /^((@.+:)?registry|proxy|https-proxy)$/.test(name))
    .filter(([, value]) => typeof value === "string" && isForImages(value));
  const { "omit-lockfile-registry-resolved": omitResolved } = config;
  const lines = [...addresses, ["cafile", trustedBundle]];
  if (omitResolved === true) lines.push(["omit-lockfile-registry-resolved", "true"]);
  return lines.map(([name, value]) => `${name}=${String(value)}\n`).join("");
}
