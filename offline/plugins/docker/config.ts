import {
  decode,
  encode,
  type PropertyMap,
  type PropertyValue,
  Secret,
  UNKNOWN,
  withoutSecrets,
} from "../property-value.ts";
import type { Checked, CheckRequest } from "../provider.ts";
import type { EngineConfig } from "./engine.ts";
import { type RegistryLogin, registryAuth } from "./registry-auth.ts";

const DEFAULT_HOST = "unix:///var/run/docker.sock";

/** `version` is the engine's own; the others are the official plugin's, as far as they are known here. */
const KEYS: ReadonlySet<string> = new Set(["host", "sshOpts", "registryAuth", "version"]);

/** Configuration comes as text; lists and objects come as JSON text. */
export function checkConfig({ inputs, name }: CheckRequest): Checked {
  const failures = Object.keys(inputs)
    .filter((key) => !KEYS.has(key))
    .map((key) => ({
      property: "",
      reason:
        "could not validate provider configuration: Invalid or unknown key. " +
        `Examine values at '${name}.${key}'.`,
    }));
  const logins = parsed(inputs["registryAuth"]);
  const missing = Array.isArray(logins)
    ? logins.filter((login) => (login as PropertyMap)["address"] === undefined)
    : [];
  return {
    inputs: { ...inputs, ...secretLogins(logins) },
    failures: [
      ...failures,
      ...missing.map(() => ({
        property: "",
        reason:
          "could not validate provider configuration: Missing required argument. The argument " +
          `"registry_auth.address" is required. Examine values at '${name}.registryAuth'.`,
      })),
    ],
  };
}

/** A password makes all of `registryAuth` a secret, because it is one text. */
function secretLogins(logins: PropertyValue): PropertyMap {
  if (!Array.isArray(logins)) {
    return {};
  }
  const text = JSON.stringify(encode(withoutSecrets(logins)));
  const hasPassword = logins.some((login) => (login as PropertyMap)["password"] !== undefined);
  return { registryAuth: hasPassword ? new Secret(text) : text };
}

export function engineConfig(config: PropertyMap): EngineConfig {
  const { host } = withoutSecrets(config) as PropertyMap;
  const logins = withoutSecrets(parsed(config["registryAuth"])) ?? [];
  return {
    host: typeof host === "string" ? host : (process.env["DOCKER_HOST"] ?? DEFAULT_HOST),
    sshOpts: sshOpts(parsed(config["sshOpts"])),
    registryAuth: registryAuth(logins as unknown as RegistryLogin[]),
  };
}

function sshOpts(configured: PropertyValue): string[] {
  return Array.isArray(configured)
    ? configured.map(String)
    : (process.env["DOCKER_SSH_OPTS"] ?? "").split(/\s+/).filter(Boolean);
}

function parsed(value: PropertyValue | undefined): PropertyValue {
  const text = value instanceof Secret ? value.element : value;
  if (text === UNKNOWN) {
    return UNKNOWN;
  }
  return typeof text === "string" ? decode(JSON.parse(text)) : (text ?? null);
}
