import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  type Dirent,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import dockerignoreModule from "@balena/dockerignore";

// The package exports the function itself, which its types call the default export.
const dockerignore = dockerignoreModule as unknown as typeof dockerignoreModule.default;

/** Left out unless `.dockerignore` lets it in: what git and the package manager keep for themselves. */
const NEVER_SENT = [".git", "node_modules"];

/** What a build is sent of the app's folder. */
export interface BuildContext {
  /** Files and links, ordered by the bytes of their names. */
  readonly entries: readonly ContextEntry[];
  /** Paths that are left out because git ignores them; a folder ends with a slash. */
  readonly leftOut: readonly string[];
}

interface ContextEntry {
  /** Relative to the folder. Bytes, because a name need not be UTF-8. */
  readonly path: Buffer;
  readonly isLink: boolean;
}

/**
 * Lists what is sent to the builder: what neither `.dockerignore` nor git ignores, so that a build here has
 * what a build from a fresh clone has, and a log or a cache is no new version. An exception of
 * `.dockerignore`, `!dist`, lets in what git ignores. Sockets, pipes and devices are never sent, as by
 * Docker's own client.
 */
export function readBuildContext(folder: string, dockerfile: string): BuildContext {
  const rules = new ContextRules(folder, dockerfile);
  const entries = [...entriesBelow(Buffer.from(folder), Buffer.alloc(0), rules)];
  return {
    entries: entries.sort((a, b) => Buffer.compare(a.path, b.path)),
    leftOut: rules.leftOutByGit,
  };
}

/** Changes when a file that is sent changes: its path, its content, or whether it can be run. */
export function hashContext(folder: string, { entries }: BuildContext): string {
  const hash = createHash("sha256");
  for (const { path, isLink } of entries) {
    const file = within(Buffer.from(folder), path);
    hash.update(path).update(`\0${lstatSync(file).mode & 0o111 ? "x" : "-"}\0`);
    hash.update(isLink ? readlinkSync(file, "buffer") : readFileSync(file));
    hash.update("\0");
  }
  return hash.digest("hex");
}

/** Copies what is sent to a folder of its own, which the builder is given. */
export function copyContext(folder: string, { entries }: BuildContext, target: string): void {
  const made = new Set<string>();
  for (const { path, isLink } of entries) {
    const [from, to] = [within(Buffer.from(folder), path), within(Buffer.from(target), path)];
    const parent = to.subarray(0, to.lastIndexOf("/"));
    if (!made.has(parent.toString("latin1"))) mkdirSync(parent, { recursive: true });
    made.add(parent.toString("latin1"));
    if (isLink) symlinkSync(readlinkSync(from, "buffer"), to);
    else {
      copyFileSync(from, to);
      chmodSync(to, lstatSync(from).mode & 0o777);
    }
  }
}

function* entriesBelow(
  folder: Buffer,
  below: Buffer,
  rules: ContextRules,
): Generator<ContextEntry> {
  for (const entry of readdirSync(within(folder, below), {
    withFileTypes: true,
    encoding: "buffer",
  }) as unknown as Dirent<Buffer>[]) {
    const path = within(below, entry.name);
    const name = path.toString();
    if (entry.isDirectory()) {
      if (!rules.skipsFolder(name)) yield* entriesBelow(folder, path, rules);
    } else if ((entry.isFile() || entry.isSymbolicLink()) && rules.sends(name)) {
      yield { path, isLink: entry.isSymbolicLink() };
    }
  }
}

const within = (folder: Buffer, name: Buffer): Buffer =>
  folder.length === 0 ? name : Buffer.concat([folder, Buffer.from("/"), name]);

/** Which paths of a folder are sent. */
class ContextRules {
  readonly leftOutByGit: readonly string[];
  /** Read by the builder itself, whether the app may have them or not. */
  readonly #always: readonly string[];
  readonly #ignoreFiles: readonly IgnoreFile[];
  readonly #ignoredByGit: ReadonlySet<string>;

  constructor(folder: string, dockerfile: string) {
    const names = [".dockerignore", `${dockerfile}.dockerignore`];
    this.#always = [dockerfile, ...names];
    this.#ignoreFiles = names
      .filter((name) => existsSync(join(folder, name)))
      .map((name) => new IgnoreFile(readFileSync(join(folder, name), "utf8")));
    const ignored = ignoredByGit(folder);
    this.#ignoredByGit = new Set(ignored.map((path) => path.replace(/\/$/, "")));
    this.leftOutByGit = ignored.filter((path) => !this.#isNamed(path.replace(/\/$/, "")));
  }

  sends(path: string): boolean {
    return this.#always.includes(path) || !(this.#isIgnored(path) || this.#isHidden(path));
  }

  /** Whether nothing below it is sent. */
  skipsFolder(path: string): boolean {
    if (this.#always.some((file) => file.startsWith(`${path}/`))) return false;
    if (this.#ignoreFiles.some((file) => file.mayLetInBelow(path))) return false;
    return this.#isIgnored(path) || this.#isHidden(path);
  }

  /** By all of them: which one counts, depends on the builder. */
  #isIgnored(path: string): boolean {
    return this.#ignoreFiles.length > 0 && this.#ignoreFiles.every((file) => file.ignores(path));
  }

  /** Whether git hides it, or a folder that it is in, and no exception names it or what it is in. */
  #isHidden(path: string): boolean {
    const prefixes = prefixesOf(path);
    const deepest = prefixes.findLastIndex(
      (one) => this.#ignoredByGit.has(one) || NEVER_SENT.includes(lastName(one)),
    );
    return deepest >= 0 && !prefixes.slice(deepest).some((one) => this.#isNamed(one));
  }

  #isNamed(path: string): boolean {
    return this.#ignoreFiles.some((file) => file.letsIn(path));
  }
}

/** `a`, `a/b` and `a/b/c` of `a/b/c`. */
const prefixesOf = (path: string): string[] =>
  path.split("/").map((_, index, names) => names.slice(0, index + 1).join("/"));

const lastName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** One `.dockerignore`, with the exceptions that it makes. */
class IgnoreFile {
  readonly #rules: ReturnType<typeof dockerignore>;
  readonly #exceptions: readonly Exception[];

  constructor(text: string) {
    const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
    this.#rules = dockerignore({ ignorecase: false }).add(lines);
    this.#exceptions = lines
      .map((line) => line.trim())
      .filter((line) => line.startsWith("!"))
      .map((line) =>
        line
          .slice(1)
          .trim()
          .replace(/^\/+|\/+$/g, ""),
      )
      .map((pattern) => ({ pattern, rule: dockerignore({ ignorecase: false }).add([pattern]) }));
  }

  ignores(path: string): boolean {
    return this.#rules.ignores(path);
  }

  /** Whether an exception names this very path: `!src` is not about `src/__pycache__`. */
  letsIn(path: string): boolean {
    const depth = path.split("/").length;
    return this.#exceptions.some(
      ({ pattern, rule }) =>
        (pattern.includes("**") || pattern.split("/").length === depth) && rule.ignores(path),
    );
  }

  mayLetInBelow(folder: string): boolean {
    return this.#exceptions.some(
      ({ pattern }) => pattern.startsWith(`${folder}/`) || /[*?[]/.test(pattern),
    );
  }
}

interface Exception {
  readonly pattern: string;
  readonly rule: ReturnType<typeof dockerignore>;
}

/** Without git, outside of a repository, and in a folder that is ignored as a whole: nothing. */
function ignoredByGit(folder: string): string[] {
  const isIgnored = gitPrints(folder, "check-ignore", "--quiet", ".") !== undefined;
  if (isIgnored) return [];
  const listed = gitPrints(
    folder,
    ...["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z", "--", "."],
  );
  return (listed ?? "").split("\0").filter(Boolean);
}

function gitPrints(folder: string, ...args: string[]): string | undefined {
  try {
    return execFileSync("git", ["-C", folder, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 256 * 1024 * 1024,
    });
  } catch {
    return undefined;
  }
}
