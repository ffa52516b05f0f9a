import { homedir } from "node:os";
import { join } from "node:path";
import { isForImages, readIfThere } from "./machine-files.ts";

const addressOptions = ["index-url", "extra-index-url", "proxy"];

/** Read from its files: asking pip takes a second, on machines that have one. */
export async function readPipSettings(trustedBundle: string): Promise<string> {
  const files = await Promise.all(
    [
      "/etc/pip.conf",
      join(homedir(), ".pip/pip.conf"),
      join(homedir(), ".config/pip/pip.conf"),
    ].map(readIfThere),
  );
  return pipConfForImages(files, process.env, trustedBundle);
}

/** Later files and, above all, the environment win, as they do for pip. */
export function pipConfForImages(
  files: readonly string[],
  environment: NodeJS.ProcessEnv,
  trustedBundle: string,
): string {
  const options = new Map(files.flatMap(globalOptions));
  for (const name of addressOptions) {
    const value = environment[`PIP_${name.toUpperCase().replaceAll("-", "_")}`];
    if (value !== undefined) options.set(name, value);
  }
  const lines = addressOptions.flatMap((name) => {
    const addresses = (options.get(name) ?? "").split(/\s+/).filter(isForImages);
    return addresses.length === 0 ? [] : [`${name} = ${addresses.join(" ")}\n`];
  });
  return ["[global]\n", ...lines, `cert = ${trustedBundle}\n`].join("");
}

function globalOptions(file: string): (readonly [string, string])[] {
  const section = /^\[global\][^\n]*\n([^[]*)/m.exec(file)?.[1] ?? "";
  const found = section.matchAll(/^([a-z-]+)[ \t]*[=:][ \t]*(.*(?:\n[ \t]+\S.*)*)/gm);
  return Array.from(found, ([, name = "", value = ""]) => [name, value.trim()] as const);
}
