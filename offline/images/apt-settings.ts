import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../run.ts";
import { isForImages, readIfThere } from "./machine-files.ts";

export interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

const publicMirror = "http://deb.debian.org/debian";

/** The mirror that this machine's own Debian comes from; a machine of another kind has none. */
export async function debianMirror(): Promise<string> {
  const release = await readIfThere("/etc/os-release");
  const codename = /^VERSION_CODENAME=(.+)$/m.exec(release)?.[1];
  if (!/^ID=debian$/m.test(release) || codename === undefined) return publicMirror;
  return mirrorOf(codename, await readSources("/etc/apt"));
}

export function mirrorOf(codename: string, sources: readonly AptSource[]): string {
  const own = sources.filter(
    ({ suites, components }) => suites.includes(codename) && components.includes("main"),
  );
  return own.flatMap(({ uris }) => uris).find(isForImages) ?? publicMirror;
}

/** `apt-get indextargets` would tell the same but takes longer than all the rest together. */
async function readSources(folder: string): Promise<AptSource[]> {
  const parts = join(folder, "sources.list.d");
  const files = [
    join(folder, "sources.list"),
    ...(await readdir(parts)).sort().map((name) => join(parts, name)),
  ];
  const sources = await Promise.all(
    files.map(async (file) => {
      const text = await readIfThere(file);
      if (file.endsWith(".sources")) return parseStanzas(text);
      return file.endsWith(".list") ? parseLines(text) : [];
    }),
  );
  return sources.flat();
}

export function parseLines(text: string): AptSource[] {
  return Array.from(
    text.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#\n]*)/gm),
    ([, uri = "", suite = "", components = ""]) => ({
      uris: [uri],
      suites: [suite],
      components: words(components),
    }),
  );
}

export function parseStanzas(text: string): AptSource[] {
  const withoutComments = text.replace(/^#.*\n?/gm, "");
  return withoutComments
    .split(/\n\s*\n/)
    .map(fields)
    .filter(({ types, enabled }) => words(types).includes("deb") && enabled !== "no")
    .map(({ uris, suites, components }) => ({
      uris: words(uris),
      suites: words(suites),
      components: words(components),
    }));
}

function fields(stanza: string): Record<string, string> {
  const found = stanza.matchAll(/^([A-Za-z-]+):[ \t]*(.*(?:\n[ \t].*)*)/gm);
  return Object.fromEntries(
    Array.from(found, ([, name = "", value = ""]) => [name.toLowerCase(), value.trim()]),
  );
}

function words(text = ""): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** The lines of this machine's apt configuration that say which proxy to use. */
export async function aptProxyLines(): Promise<string> {
  const dump = await run("apt-config", ["dump"]);
  return dump
    .split("\n")
    .filter((line) => {
      const value = /^Acquire::https?::Proxy(?:::\S+)? "(.+)";$/.exec(line)?.[1];
      return value !== undefined && (value === "DIRECT" || isForImages(value));
    })
    .map((line) => `${line}\n`)
    .join("");
}
