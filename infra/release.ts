import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { log, RunError } from "@pulumi/pulumi";
import { type ImageSource, markOf } from "../components/docker/app-image.ts";
import { markRepository } from "../components/docker/image-marks.ts";
import type { ReleaseRecord } from "../components/release-record.ts";
import type { AppRelease, BuildSettings, Settings } from "../stacks/settings.ts";
import { hashContext, readBuildContext } from "./build-context.ts";
import { git, gitRefusal } from "./git.ts";
import { versionOf } from "./git-version.ts";
import { readArchive } from "./image-archive.ts";
import { IMAGE_OR_ARCHIVE, type Rule, VERSION } from "./patterns.ts";

const PROJECT_ROOT = resolve(import.meta.dirname, "..");
/** Relative to where the program runs, so that the state is the same on every machine. */
const UNKNOWN = "unknown";
const STAGE_CONTEXT = "../node_modules/.bin/node ../infra/stage-context.ts";

/** What this run was asked to release, whatever config says: a promotion or a rollback. */
export interface ReleaseRequest {
  readonly image: string | undefined;
  readonly version: string | undefined;
  /** Image that is taken back. */
  readonly rollbackOf: string | undefined;
  /** Where the image stands among those of the app. */
  readonly sequence: number | undefined;
}

/**
 * The variables of the environment by which a pipeline or a command asks for a release.
 *
 * @throws RunError for a value that can't be what it is meant for.
 */
export function releaseRequestOf(
  environment: Readonly<Record<string, string | undefined>>,
): ReleaseRequest {
  const asked = (name: string, { pattern, words }: Rule) => {
    const value = environment[name];
    if (!value) return undefined;
    if (pattern.test(value)) return value;
    throw new RunError(`${name} is "${value}"; it must be ${words}.`);
  };
  return {
    image: asked("SLIPWAY_IMAGE", IMAGE_OR_ARCHIVE),
    version: asked("SLIPWAY_VERSION", VERSION),
    rollbackOf: asked("SLIPWAY_ROLLBACK_OF", IMAGE_OR_ARCHIVE),
    sequence: sequenceOf(environment["SLIPWAY_SEQUENCE"]),
  };
}

function sequenceOf(value: string | undefined): number | undefined {
  if (!value) return undefined;
  if (/^[1-9]\d{0,14}$/.test(value)) return Number(value);
  throw new RunError(`SLIPWAY_SEQUENCE is "${value}"; it must be a whole number, at least 1.`);
}

type Candidate = Pick<AppRelease, "from" | "version">;

/**
 * What to release: the image that was asked for, or the one that config names, or the app's folder as it
 * is now where the stack builds; otherwise the last verified release again. What was rolled back stays
 * so, until something else is to be released.
 *
 * @param last the stack's verified releases, newest first.
 */
export function chooseRelease(
  settings: Settings,
  asked: ReleaseRequest,
  last: readonly ReleaseRecord[],
): AppRelease {
  const chosen = choose(settings, asked, last);
  const image = referenceOf(chosen.from, settings);
  const isNewest = (one: ReleaseRecord) =>
    last.find((release) => release.image === one.image) === one;
  const before = last.filter((one) => one.image !== image && isNewest(one));
  // An image that was released before stands where it stood.
  const stood = last.find((release) => release.image === image)?.sequence;
  const sequence = asked.image === undefined ? stood : (asked.sequence ?? stood);
  return { ...chosen, sequence, before };
}

function choose(
  settings: Settings,
  asked: ReleaseRequest,
  last: readonly ReleaseRecord[],
): Omit<AppRelease, "before" | "sequence"> {
  const live = last[0];
  if (asked.image !== undefined) {
    const { image, version, rollbackOf } = asked;
    const { from, version: name } = named(image, version);
    return {
      from: sourceOf(image, settings) ?? from,
      version: name,
      ...{ rollbackOf, migrates: rollbackOf === undefined },
    };
  }
  const wanted = configured(settings);
  if (live === undefined) {
    if (wanted === undefined) throw nothingToRelease(settings);
    return { ...wanted, rollbackOf: undefined, migrates: true };
  }
  // The first of its kind: another switch to what is live, as by a rotation, was once recorded like it.
  const rollback =
    wanted &&
    rollbacksSince(last).findLast(({ rollbackOf }) => isSame(wanted, rollbackOf, settings));
  if (wanted !== undefined && rollback === undefined) {
    return { ...wanted, rollbackOf: undefined, migrates: true };
  }
  const isLive = wanted !== undefined && isSame(wanted, live.image, settings);
  if (wanted !== undefined && rollback !== undefined && !isLive) {
    const { by, time } = rollback;
    void log.warn(
      `${wanted.version} was rolled back by ${by} on ${time}; ${live.version} stays. ` +
        "Change the app or its config to release something else. To release " +
        `${wanted.version} again: ./slipway up -s ${settings.stack} ` +
        `--image ${referenceOf(wanted.from, settings)} --version ${wanted.version}`,
    );
  }
  return {
    // The engine may have lost it, and no registry has what was built here.
    from: isLive ? wanted.from : { reference: live.image },
    version: live.version,
    rollbackOf: live.rollbackOf || undefined,
    migrates: live.rollbackOf === "",
  };
}

/** The app's folder, where it is what a reference to an image that the stack built was built from. */
function sourceOf(reference: string, settings: Settings): ImageSource | undefined {
  const { project, stack, app, build } = settings;
  if (!app.build || !reference.startsWith(`${markRepository({ project, stack })}:`))
    return undefined;
  if (!existsSync(join(resolve(PROJECT_ROOT, build.appPath), build.dockerfile))) return undefined;
  const { source } = readSource(build);
  return referenceOf(source, settings) === reference ? source : undefined;
}

function configured(settings: Settings): Candidate | undefined {
  const { image, version, build } = settings.app;
  if (image !== undefined) return named(image, version);
  if (!build) return undefined;
  const { source, changed } = readSource(settings.build);
  return { from: source, version: version ?? nameOfSource(settings.build, source, changed) };
}

function named(image: string, version: string | undefined): Candidate {
  if (!/^\.{0,2}\//.test(image)) {
    return { from: { reference: image }, version: version ?? nameOfImage(image) };
  }
  const from = readArchive(resolve(PROJECT_ROOT, image));
  const name = from.loadedAs.startsWith("sha256:") ? from.key : nameOfImage(from.loadedAs);
  return { from, version: version ?? name };
}

/** The rollbacks since the last new release, newest first. */
function rollbacksSince(last: readonly ReleaseRecord[]): readonly ReleaseRecord[] {
  const forward = last.findIndex(({ rollbackOf }) => rollbackOf === "");
  return last.slice(0, forward < 0 ? last.length : forward);
}

/** Whether a candidate is the image of this reference; what is built or loaded is known by its key. */
function isSame({ from }: Candidate, reference: string, settings: Settings): boolean {
  return referenceOf(from, settings) === reference;
}

function referenceOf(from: Candidate["from"], { project, stack }: Settings): string {
  return "reference" in from ? from.reference : markOf({ project, stack }, from);
}

function nothingToRelease({ stack }: Settings): RunError {
  return new RunError(
    `Stack "${stack}" has no release yet, and no image is named. Name one: ` +
      `\`pulumi config set image REFERENCE -s ${stack}\` (a reference, or the path of an archive that ` +
      `\`docker save\` wrote), or let it be built from appPath: \`pulumi config set build true -s ${stack}\`.`,
  );
}

/** As `slipway pack` names the same commit; where something has changed since, with the content's key. */
function nameOfSource(build: BuildSettings, source: ImageSource, changed: boolean): string {
  const { commit, key } = source;
  const folder = resolve(PROJECT_ROOT, build.appPath);
  const name = commit === UNKNOWN ? UNKNOWN : (versionOf(folder, commit) ?? commit.slice(0, 12));
  return changed ? `${name}-${key.slice(0, 8)}` : name;
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
  const commit = lastCommit(folder) ?? UNKNOWN;
  const source = {
    // Relative to where the program runs, so that the state is the same on every machine.
    context: relative(process.cwd(), folder) || ".",
    stage: STAGE_CONTEXT,
    dockerfile: build.dockerfile,
    target: build.target,
    args: build.args,
    key: contentKey(folder, build, commit),
    commit,
  };
  return { source, changed: commit === UNKNOWN || hasChanges(folder) };
}

/** What of the settings decides the image: of the secrets that there are such, not what they are. */
function keyOf({ secrets, secretFiles: _, ...build }: BuildSettings): object {
  const ids = Object.keys(secrets);
  return ids.length === 0 ? build : { ...build, secrets: ids };
}

function contentKey(folder: string, build: BuildSettings, commit: string): string {
  const hash = createHash("sha256");
  for (const part of [JSON.stringify(keyOf(build)), commit]) hash.update(`${part}\0`);
  hash.update(hashContext(folder, readBuildContext(folder, build.dockerfile)));
  return hash.digest("hex").slice(0, 12);
}

/**
 * The newest commit that brought something into the folder: after a merge, that is the merge. Without git, or
 * outside of a repository, the content's own key still names the version.
 */
function lastCommit(folder: string): string | undefined {
  const commit = git(folder, "log", "-1", "--first-parent", "--format=%H", "--", ".") || undefined;
  const refusal = commit === undefined ? gitRefusal(folder) : undefined;
  if (refusal !== undefined) {
    void log.warn(
      `git does not read ${folder}, so the version has no commit, and its order among the releases is ` +
        `unknown: ${refusal}`,
    );
  }
  return commit;
}

function hasChanges(folder: string): boolean {
  return git(folder, "status", "--porcelain", "--", ".") !== "";
}
