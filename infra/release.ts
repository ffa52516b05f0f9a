import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { RunError } from "@pulumi/pulumi";
import type { ImageSource } from "../components/app-image.ts";
import type { AppRelease, BuildSettings, Settings } from "../stacks/settings.ts";

const PROJECT_ROOT = resolve(import.meta.dirname, "..");
/** Never part of an image: what the package manager and git keep for themselves. */
const IGNORED = new Set([".git", "node_modules"]);

/** What to release: the image that config names, or the app's folder as it is now. */
export function chooseRelease(settings: Settings): AppRelease {
  const { image, version } = settings.app;
  if (image !== undefined) {
    return { from: { reference: image }, version: version ?? nameOfImage(image) };
  }
  const { source, changed } = readSource(settings.build);
  const ofSource = changed ? `${source.commit}-${source.key.slice(0, 8)}` : source.commit;
  return { from: source, version: version ?? ofSource };
}

/** The tag of a reference, or the first digits of its digest. */
function nameOfImage(reference: string): string {
  const [name = "", digest] = reference.split("@");
  const tag = /:([\w][\w.-]*)$/.exec(name)?.[1];
  return tag ?? digest?.replace("sha256:", "").slice(0, 12) ?? "latest";
}

/** Its content decides the image, its last commit names the version unless something has changed. */
function readSource(build: BuildSettings): { source: ImageSource; changed: boolean } {
  const folder = resolve(PROJECT_ROOT, build.appPath);
  if (!existsSync(join(folder, build.dockerfile))) {
    throw new RunError(
      `There is no ${join(build.appPath, build.dockerfile)}. Say where the app is ` +
        "(`pulumi config set appPath FOLDER`, `pulumi config set dockerfile FILE`), " +
        "or which image to use instead (`pulumi config set image REFERENCE`).",
    );
  }
  const commit = lastCommit(folder) ?? "unknown";
  const source = {
    // Relative to where the program runs, so that the state is the same on every machine.
    context: relative(process.cwd(), folder) || ".",
    dockerfile: build.dockerfile,
    target: build.target,
    args: build.args,
    key: contentKey(folder, [JSON.stringify(build), commit]),
    commit,
  };
  return { source, changed: commit === "unknown" || hasChanges(folder) };
}

function contentKey(folder: string, extra: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of extra) hash.update(`${part}\0`);
  for (const path of filesBelow(folder)) {
    const info = lstatSync(join(folder, path));
    hash.update(`${path}\0${info.mode & 0o111 ? "x" : "-"}\0`);
    hash.update(
      info.isSymbolicLink() ? readlinkSync(join(folder, path)) : readFileSync(join(folder, path)),
    );
    hash.update("\0");
  }
  return hash.digest("hex").slice(0, 12);
}

/** Files and links below a folder, in an order that does not depend on the machine. */
function filesBelow(folder: string, prefix = ""): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .filter((entry) => !IGNORED.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(prefix, entry.name);
      return entry.isDirectory() ? filesBelow(folder, path) : [path];
    });
}

function lastCommit(folder: string): string | undefined {
  return git(folder, "log", "-1", "--format=%h", "--abbrev=12", "--", ".") || undefined;
}

function hasChanges(folder: string): boolean {
  return git(folder, "status", "--porcelain", "--", ".") !== "";
}

function git(folder: string, ...args: string[]): string | undefined {
  try {
    return execFileSync("git", ["-C", folder, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined; // No git, or not a repository: the content's own key still names the version.
  }
}
