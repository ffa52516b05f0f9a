import { isIPv4 } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { distance } from "fastest-levenshtein";
import type { Settings } from "../stacks/settings.ts";

/** Names that every app is given; see "The app's contract" in the README. */
const CONTRACT_NAMES = new Set(
  ["DATABASE_URL", "DB_PASSWORD", "APP_SECRET", "PREVIOUS_APP_SECRET"]
    .flatMap((name) => [name, `${name}_FILE`])
    .concat("PORT", "DB_HOST", "DB_PORT", "DB_NAME", "DB_USER")
    .concat("APP_VERSION", "APP_COMMIT", "APP_IMAGE"),
);

/**
 * Reads the stack's config, checks all of it, and freezes it.
 *
 * @throws RunError that lists every problem, each with the line to type.
 */
export function readSettings(project: string, stack: string): Settings {
  const reader = new ConfigReader(project, stack);

  const settings: Settings = {
    project,
    stack,
    target: reader.oneOf("target", ["docker"]),
    host: reader.oneOf("host", ["local"]),
    ingress: {
      httpPort: reader.integer("httpPort", 1, 65535),
      bindAddress: reader.text("bindAddress", isIPv4, "an IPv4 address", "127.0.0.1"),
    },
    build: {
      appPath: reader.text("appPath", isFilled, "a folder", "app"),
      dockerfile: reader.text("dockerfile", isFilled, "a file in appPath", "Dockerfile"),
      target: reader.optional("buildTarget", /^[\w.-]+$/, "the name of a stage of the Dockerfile"),
      args: reader.strings("buildArgs"),
    },
    app: {
      image: reader.optional("image", IMAGE_REFERENCE, "the reference of an image"),
      version: reader.optional(
        "version",
        /^[\w][\w.+-]{0,127}$/,
        "letters, digits, `.`, `+`, `_` and `-`, at most 128",
      ),
      port: reader.integer("appPort", 1, 65535),
      healthPath: reader.text("healthPath", isUrlPath, "a path that begins with /", "/healthz"),
      versionPath: reader.optional("versionPath", URL_PATH, "a path that begins with /"),
      staticPath: reader.optional("staticPath", FOLDER_PATH, "an absolute folder in the image"),
      migrateCommand: reader.optional("migrateCommand", /^[^\n]+$/, "a command on one line"),
      env: reader.environment("appEnv"),
      secretsAs: reader.oneOf("secretsAs", ["files", "env"]),
      secret: reader.secret("appSecret", 32),
      previousSecret: reader.optionalSecret("previousAppSecret"),
    },
    database: {
      name: reader.text("databaseName", isIdentifier, IDENTIFIER_RULE, "app"),
      user: reader.text("databaseUser", isRoleName, `${IDENTIFIER_RULE}, not "postgres"`, "app"),
      password: reader.secret("databasePassword", 8),
      protect: reader.boolean("protectData"),
    },
    images: reader.images("images"),
    seconds: {
      health: reader.integer("healthSeconds", 1, 3600),
      migrate: reader.integer("migrateSeconds", 1, 86400),
      drain: reader.integer("drainSeconds", 1, 600),
    },
  };

  reader.refuseUnknownKeys();
  reader.throwProblems();
  return deepFreeze(settings);
}

const URL_PATH = /^\/[\w./~%:@!$&'()*+,;=?-]*$/;
const FOLDER_PATH = /^\/[\w./-]*[\w-]$/;
const IMAGE_REFERENCE = /^\w[\w./:@-]*$/;
const IDENTIFIER_RULE = "a lower-case letter or _, then letters, digits and _, at most 40";

const isFilled = (value: string) => value !== "";
const isUrlPath = (value: string) => URL_PATH.test(value);
const isIdentifier = (value: string) => /^[a-z_][a-z0-9_]{0,39}$/.test(value);
const isRoleName = (value: string) => isIdentifier(value) && value !== "postgres";

/** Whether the stack's file has the value encrypted. The SDK knows, but leaves it out of its types. */
const { isConfigSecret } = pulumi.runtime as typeof pulumi.runtime & {
  isConfigSecret(key: string): boolean;
};

/** Reads keys one by one and remembers what is wrong, so that all of it can be said at once. */
class ConfigReader {
  readonly #project: string;
  readonly #stack: string;
  readonly #known = new Set<string>();
  readonly #problems: { readonly text: string; readonly type: string }[] = [];

  constructor(project: string, stack: string) {
    this.#project = project;
    this.#stack = stack;
  }

  oneOf<T extends string>(key: string, allowed: readonly [T, ...T[]]): T {
    const value = this.#value(key);
    const match = allowed.find((one) => one === value);
    if (match === undefined) this.#wrong(key, value, alternatives(allowed), allowed[0]);
    return match ?? allowed[0];
  }

  text(key: string, valid: (value: string) => boolean, rule: string, example: string): string {
    const value = this.#value(key);
    if (!valid(value)) this.#wrong(key, value, rule, example);
    return value;
  }

  optional(key: string, pattern: RegExp, rule: string): string | undefined {
    const value = this.#value(key);
    if (value === "") return undefined;
    if (!pattern.test(value)) this.#wrong(key, value, `${rule}, or empty`, '""');
    return value;
  }

  integer(key: string, min: number, max: number): number {
    const value = this.#value(key);
    const number = Number(value);
    const valid = /^\d+$/.test(value) && number >= min && number <= max;
    if (!valid) this.#wrong(key, value, `a whole number from ${min} to ${max}`, "NUMBER");
    return number;
  }

  boolean(key: string): boolean {
    return this.oneOf(key, ["true", "false"]) === "true";
  }

  /** A JSON object whose values are strings. */
  strings(key: string): Readonly<Record<string, string>> {
    const value = this.#value(key);
    const object = parseObject(value || "{}");
    if (object === undefined) {
      this.#wrong(key, value, "a JSON object of strings", `'{"NAME":"value"}'`);
    }
    return object ?? {};
  }

  environment(key: string): Readonly<Record<string, string>> {
    const object = this.strings(key);
    for (const [name, value] of Object.entries(object)) {
      const remove = `pulumi config rm --path '${key}.${name}'`;
      if (!/^[A-Za-z_]\w*$/.test(name)) {
        this.#problem(`${this.#full(key)} has "${name}", which is no name of a variable.`, remove);
      } else if (CONTRACT_NAMES.has(name)) {
        this.#problem(`${this.#full(key)} has ${name}, which Slipway itself sets.`, remove);
      } else if (/[\0\r\n]/.test(value)) {
        this.#problem(`${this.#full(key)} has ${name} with more than one line.`, remove);
      }
    }
    return object;
  }

  images(key: string): Settings["images"] {
    const { postgres, nginx, ...unknown } = this.strings(key);
    for (const [name, reference] of Object.entries({ postgres, nginx })) {
      if (reference === undefined || IMAGE_REFERENCE.test(reference)) continue;
      this.#wrong(`${key}.${name}`, reference, "the reference of an image", "REFERENCE");
    }
    for (const name of Object.keys(unknown)) {
      this.#problem(
        `${this.#full(key)} has "${name}"; the images that can be named are postgres and nginx.`,
        `pulumi config rm --path '${key}.${name}'`,
      );
    }
    return { postgres: postgres ?? "postgres:18.6", nginx: nginx ?? "nginx:1.30.6" };
  }

  secret(key: string, minLength: number): pulumi.Output<string> {
    const value = this.#secretValue(key);
    if (value === "") {
      this.#problem(`${this.#full(key)} is missing.`, this.#setSecret(key));
    } else if (value.length < minLength) {
      this.#problem(
        `${this.#full(key)} is too short; it must have at least ${minLength} characters.`,
        this.#setSecret(key),
      );
    }
    return pulumi.secret(value);
  }

  optionalSecret(key: string): pulumi.Output<string> | undefined {
    const value = this.#secretValue(key);
    return value === "" ? undefined : pulumi.secret(value);
  }

  /** Call after every key was read: what was not read is misspelt. */
  refuseUnknownKeys(): void {
    const prefix = `${this.#project}:`;
    for (const full of Object.keys(pulumi.runtime.allConfig())) {
      if (!full.startsWith(prefix)) continue;
      const key = full.slice(prefix.length);
      if (this.#known.has(key)) continue;
      const meant = nearest(key, this.#known);
      this.#problem(
        `${full} is not a setting${meant === undefined ? "" : `; did you mean ${meant}?`}`,
        `pulumi config rm ${key}`,
      );
    }
  }

  throwProblems(): void {
    if (this.#problems.length === 0) return;
    const count = this.#problems.length === 1 ? "1 problem" : `${this.#problems.length} problems`;
    const lines = this.#problems.map(
      ({ text, type }, index) => `  ${index + 1}. ${text}\n     ${type} -s ${this.#stack}`,
    );
    throw new pulumi.RunError(
      `Stack "${this.#stack}" was not touched: ${count} in its config.\n${lines.join("\n")}`,
    );
  }

  #full(key: string): string {
    return `${this.#project}:${key}`;
  }

  #setSecret(key: string): string {
    return `pulumi config set --secret ${key}`;
  }

  /** What is encrypted in the stack's file must not come out of it where it would be shown. */
  #value(key: string): string {
    if (!isConfigSecret(this.#full(key))) return this.#read(key);
    this.#known.add(key);
    this.#problem(
      `${this.#full(key)} is encrypted, but is no secret: it would be shown in the clear.`,
      `pulumi config rm ${key}`,
    );
    return "";
  }

  #read(key: string): string {
    this.#known.add(key);
    return pulumi.runtime.getConfig(this.#full(key)) ?? "";
  }

  #secretValue(key: string): string {
    const value = this.#read(key);
    if (value !== "" && !isConfigSecret(this.#full(key))) {
      this.#problem(`${this.#full(key)} is stored in the clear.`, this.#setSecret(key));
    }
    if (/[\0\r\n]/.test(value)) {
      this.#problem(`${this.#full(key)} has more than one line.`, this.#setSecret(key));
    }
    return value;
  }

  #wrong(key: string, value: string, rule: string, example: string): void {
    const got = value === "" ? "empty" : JSON.stringify(value);
    this.#problem(
      `${this.#full(key)} is ${got}; it must be ${rule}.`,
      `pulumi config set ${key} ${example}`,
    );
  }

  #problem(text: string, type: string): void {
    this.#problems.push({ text, type });
  }
}

function alternatives(values: readonly string[]): string {
  const quoted = values.map((value) => `"${value}"`);
  return quoted.length === 1
    ? `${quoted[0]}`
    : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

function parseObject(text: string): Record<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const entries = Object.entries(value);
    if (!entries.every(([, one]) => typeof one === "string")) return undefined;
    return Object.fromEntries(entries);
  } catch {
    return undefined;
  }
}

/** The known key that differs from the given one by the fewest edits, if they are few. */
function nearest(key: string, known: ReadonlySet<string>): string | undefined {
  const ranked = [...known]
    .map((candidate) => ({
      candidate,
      edits: distance(key.toLowerCase(), candidate.toLowerCase()),
    }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= Math.max(2, key.length / 4)
    ? best.candidate
    : undefined;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !pulumi.Output.isInstance(value)) {
    for (const child of Object.values(value)) deepFreeze(child);
    Object.freeze(value);
  }
  return value;
}
