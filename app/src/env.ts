import { readFileSync } from "node:fs";

type Environment = Readonly<Record<string, string | undefined>>;

export interface Release {
  readonly version: string;
  readonly commit: string;
  readonly image: string;
}

export interface ServerEnv {
  readonly port: number;
  readonly databaseUrl: string;
  readonly appSecret: string;
  readonly previousAppSecret: string | undefined;
  readonly release: Release;
}

export interface MigrateEnv {
  readonly databaseUrl: string;
}

/** Every problem of the environment at once, in words that never contain a value. */
export class EnvError extends Error {
  constructor(problems: readonly string[]) {
    super(`The environment is not usable:\n${problems.map((line) => `  - ${line}`).join("\n")}`);
    this.name = "EnvError";
  }
}

// HS256 is only as strong as its key, and RFC 7518 asks for one as long as its hash.
const SECRET_MIN_BYTES = 32;

export function parseServerEnv(env: Environment): ServerEnv {
  const reader = new EnvReader(env);
  const parsed: ServerEnv = {
    port: reader.port("PORT", 3000),
    databaseUrl: reader.databaseUrl("DATABASE_URL"),
    appSecret: reader.signingKey("APP_SECRET"),
    previousAppSecret: reader.secret("PREVIOUS_APP_SECRET"),
    release: {
      version: reader.text("APP_VERSION", "unknown"),
      commit: reader.text("APP_COMMIT", "unknown"),
      image: reader.text("APP_IMAGE", "unknown"),
    },
  };
  reader.throwProblems();
  return Object.freeze(parsed);
}

export function parseMigrateEnv(env: Environment): MigrateEnv {
  const reader = new EnvReader(env);
  const parsed: MigrateEnv = { databaseUrl: reader.databaseUrl("DATABASE_URL") };
  reader.throwProblems();
  return Object.freeze(parsed);
}

/** Reads on after a problem, so that one start shows all of them. */
class EnvReader {
  readonly #env: Environment;
  readonly #problems: string[] = [];

  constructor(env: Environment) {
    this.#env = env;
  }

  throwProblems(): void {
    if (this.#problems.length > 0) throw new EnvError(this.#problems);
  }

  text(name: string, fallback: string): string {
    return this.#env[name]?.trim() || fallback;
  }

  port(name: string, fallback: number): number {
    const text = this.text(name, String(fallback));
    const port = Number(text);
    if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
    this.#problems.push(`${name} is "${text}": set it to a number from 1 to 65535.`);
    return fallback;
  }

  /** NAME itself, or the content of the file that NAME_FILE names. Empty counts as absent. */
  secret(name: string): string | undefined {
    const value = this.#env[name] || undefined;
    const path = this.#env[`${name}_FILE`] || undefined;
    if (value !== undefined && path !== undefined) {
      this.#problems.push(`${name} and ${name}_FILE are both set: keep one of them.`);
      return undefined;
    }
    return path === undefined ? value : this.#file(name, path);
  }

  signingKey(name: string): string {
    const secret = this.#required(name);
    if (secret !== "" && Buffer.byteLength(secret) < SECRET_MIN_BYTES) {
      this.#problems.push(
        `${name} is shorter than ${SECRET_MIN_BYTES} bytes: use a longer random one.`,
      );
    }
    return secret;
  }

  databaseUrl(name: string): string {
    const url = this.#required(name);
    if (url !== "" && !isPostgresUrl(url)) {
      this.#problems.push(
        `${name} is not of the form postgresql://user:password@host:port/database: ` +
          "percent-encode what is special in the password.",
      );
    }
    return url;
  }

  #required(name: string): string {
    const problemsBefore = this.#problems.length;
    const value = this.secret(name);
    if (value === undefined && this.#problems.length === problemsBefore) {
      this.#problems.push(
        `${name} is missing: set ${name}, or ${name}_FILE to the path of a file with it.`,
      );
    }
    return value ?? "";
  }

  #file(name: string, path: string): string | undefined {
    try {
      // Editors and `echo` end a file with a line break, which is not part of the secret.
      return readFileSync(path, "utf8").replace(/\r?\n$/, "") || undefined;
    } catch (error) {
      const reason = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
      this.#problems.push(`${name}_FILE names ${path}, which cannot be read (${reason}).`);
      return undefined;
    }
  }
}

function isPostgresUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isPostgres = url.protocol === "postgres:" || url.protocol === "postgresql:";
  return isPostgres && url.hostname !== "" && url.pathname.length > 1;
}
