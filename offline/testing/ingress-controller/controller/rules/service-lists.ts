import type { Header } from "./settings.ts";

/** Which prefix of a service's paths to put another in the place of, or what is wrong with the list. */
export function parseRewrites(text: string): ReadonlyMap<string, string> | string {
  const rewrites = new Map<string, string>();
  for (const part of text.split(";").map((entry) => entry.trim())) {
    const found = /^serviceName=([^=\s]*) rewrite=([^=]*)$/.exec(part);
    if (found === null) {
      return `'${part}' is not a valid rewrite format, e.g. 'serviceName=tea-svc rewrite=/'`;
    }
    const [, service = "", path = ""] = found;
    if (!/^\/[^\s{};$]*$/.test(path)) {
      return `path must start with '/' and must not include any whitespace character, '{', '}' or '$': '${path}'`;
    }
    rewrites.set(service, path);
  }
  return rewrites;
}

/** A header without a value takes over what the client sent under its name. */
export function parseSetHeaders(text: string): Header[] {
  return text
    .split(",")
    .map((entry) => {
      const [name = "", ...value] = entry.split(":");
      return { name: name.trim(), value: value.length === 0 ? undefined : value.join(":").trim() };
    })
    .filter(({ name }) => name !== "")
    .map(({ name, value }) => ({
      name,
      value: value ?? `$http_${name.toLowerCase().replaceAll("-", "_")}`,
    }));
}
