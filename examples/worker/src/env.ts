import { readFileSync } from "node:fs";

type Environment = Readonly<Record<string, string | undefined>>;

export interface Release {
  readonly version: string;
  readonly commit: string;
  readonly image: string;
}

/** Says what is wrong with the environment, and never shows a secret. */
export class EnvError extends Error {}

export function readRelease(env: Environment): Release {
  return {
    version: env["APP_VERSION"] || "unknown",
    commit: env["APP_COMMIT"] || "unknown",
    image: env["APP_IMAGE"] || "unknown",
  };
}

export function readPort(env: Environment): number {
  return readInteger(env, "PORT", 3000, 65_535);
}

/** How many seconds apart the ticks of the scheduler are. */
export function readTickSeconds(env: Environment): number {
  return readInteger(env, "TICK_SECONDS", 60, 86_400);
}

/** DATABASE_URL itself, or the content of the file that DATABASE_URL_FILE names. */
export function readDatabaseUrl(env: Environment): string {
  const { DATABASE_URL: value, DATABASE_URL_FILE: path } = env;
  if (value && path) {
    throw new EnvError("DATABASE_URL and DATABASE_URL_FILE are both set: keep one of them.");
  }
  const url = path ? readSecretFile("DATABASE_URL_FILE", path) : value;
  if (!url) {
    throw new EnvError(
      "DATABASE_URL is missing: set DATABASE_URL, or DATABASE_URL_FILE to the path of a file with it.",
    );
  }
  return url;
}

function readSecretFile(name: string, path: string): string {
  try {
    // Editors end a file with a line break, which is not part of the secret.
    return readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    throw new EnvError(`${name} names ${path}, which cannot be read (${reason}).`);
  }
}

function readInteger(env: Environment, name: string, fallback: number, max: number): number {
  const text = env[name] || String(fallback);
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= max) return number;
  throw new EnvError(`${name} is "${text}": set it to a number from 1 to ${max}.`);
}
