import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { RunError } from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type ImageSource, markOf } from "../../../components/docker/app-image.ts";
import type { ReleaseRecord } from "../../../components/release-record.ts";
import { chooseRelease, releaseRequestOf } from "../../../infra/release.ts";
import { gitVersion } from "../../../ops/git-version.ts";
import type { AppRelease, BuildSettings } from "../../../stacks/settings.ts";
import { exampleSettings } from "../stacks/example.ts";

const NOTHING_ASKED = releaseRequestOf({});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-release-"));
  write("Dockerfile", "FROM scratch\n");
  write("src/main.js", "one");
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function git(...args: string[]): string {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@slipway.example"];
  return execFileSync("git", ["-C", folder, ...identity, "-c", "commit.gpgsign=false", ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

function commitAll(): string {
  git("add", "--all");
  git("commit", "--quiet", "--message", "Change");
  return git("rev-parse", "HEAD");
}

function choose(build: Partial<BuildSettings> = {}, version?: string): AppRelease {
  const settings = exampleSettings({ app: { version } });
  return chooseRelease(
    { ...settings, build: { ...settings.build, appPath: folder, ...build } },
    NOTHING_ASKED,
    [],
  );
}

const keyOf = (release: AppRelease) => (release.from as ImageSource).key;

describe("the key of a build", () => {
  test("is the same for the same folder", () => {
    expect(keyOf(choose())).toBe(keyOf(choose()));
    expect(keyOf(choose())).toMatch(/^[0-9a-f]{12}$/);
  });

  test.each([
    ["the content of a file", () => write("src/main.js", "two")],
    ["the name of a file", () => renameSync(join(folder, "src/main.js"), join(folder, "src/x.js"))],
    ["whether a file can be run", () => chmodSync(join(folder, "src/main.js"), 0o755)],
    ["a new file, deep down", () => write("src/a/b/c.js", "")],
  ])("changes with %s", (_, change) => {
    const before = keyOf(choose());
    change();
    expect(keyOf(choose())).not.toBe(before);
  });

  test.each([
    ["a build argument", { args: { A: "1" } }],
    ["the stage that is built", { target: "run" }],
  ])("changes with %s", (_, build) => {
    expect(keyOf(choose(build))).not.toBe(keyOf(choose()));
  });

  test("changes with a secret that is new, and not with another value of one", () => {
    const withToken = (value: string) => choose({ secrets: { token: pulumi.secret(value) } });
    expect(keyOf(withToken("one"))).toBe(keyOf(withToken("two")));
    expect(keyOf(withToken("one"))).not.toBe(keyOf(choose({ secrets: {} })));
  });

  test("changes with the commit, which is baked into the image", () => {
    git("init", "--quiet");
    commitAll();
    const before = keyOf(choose());
    write("src/main.js", "two");
    commitAll();
    write("src/main.js", "one");
    commitAll();
    expect(keyOf(choose())).not.toBe(before);
  });

  test("does not change with node_modules, wherever they are", () => {
    const before = keyOf(choose());
    write("node_modules/a/index.js", "one");
    write("src/node_modules/b/index.js", "one");
    expect(keyOf(choose())).toBe(before);
  });

  test("tells the same bytes apart when they are parted into files in another way", () => {
    write("src/main.js", "onetwo");
    write("src/next.js", "");
    const before = keyOf(choose());
    write("src/main.js", "one");
    write("src/next.js", "two");
    expect(keyOf(choose())).not.toBe(before);
  });
});

describe("the name of a version", () => {
  test("is that of `slipway pack` when the folder is as committed", () => {
    git("init", "--quiet");
    const commit = commitAll();
    expect(choose().version).toBe(gitVersion(folder).version);
    expect(choose().version).toBe(`0.0.0-1-g${commit.slice(0, 7)}`);
    expect((choose().from as ImageSource).commit).toBe(commit);
    git("tag", "v1.4.2");
    expect(choose().version).toBe("v1.4.2");
  });

  test("is that of the commit and the content when something has changed", () => {
    git("init", "--quiet");
    const commit = commitAll();
    write("src/new.js", "");
    const release = choose();
    expect(release.version).toBe(`0.0.0-1-g${commit.slice(0, 7)}-${keyOf(release).slice(0, 8)}`);
  });

  test("is that of a merge, when a branch has brought something into the folder", () => {
    git("init", "--quiet", "--initial-branch=main");
    commitAll();
    git("switch", "--quiet", "--create", "feature");
    write("src/new.js", "");
    commitAll();
    git("switch", "--quiet", "main");
    git("merge", "--quiet", "--no-ff", "--message", "Merge", "feature");
    expect((choose().from as ImageSource).commit).toBe(git("rev-parse", "HEAD"));
  });

  test("is the first digits of the commit in a shallow clone, whose tags are missing", () => {
    git("init", "--quiet");
    commitAll();
    write("src/new.js", "");
    const commit = commitAll();
    const clone = join(folder, "clone");
    git("clone", "--quiet", "--depth=1", `file://${folder}`, clone);
    expect(choose({ appPath: clone }).version).toBe(commit.slice(0, 12));
  });

  test("is the content where git refuses the folder, and a warning says why and what to type", () => {
    git("init", "--quiet");
    commitAll();
    vi.stubEnv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    vi.stubEnv("HOME", folder);
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    expect(choose().version).toMatch(/^unknown-/);
    expect(warn.mock.calls.flat().join()).toBe(
      `git does not read ${folder}, so the version has no commit, and its order among the releases is ` +
        `unknown: detected dubious ownership in repository at '${folder}'. ` +
        `Type: git config --global --add safe.directory ${folder}`,
    );
  });

  test("is the content where there is no git", () => {
    const release = choose();
    expect(release.version).toBe(`unknown-${keyOf(release).slice(0, 8)}`);
  });

  test("is the last commit of the app's folder, whatever else its repository has", () => {
    git("init", "--quiet");
    write("app/Dockerfile", "FROM scratch\n");
    const commit = commitAll();
    write("elsewhere.txt", "");
    commitAll();
    write("elsewhere.txt", "changed");
    expect(choose({ appPath: join(folder, "app") }).version).toBe(`0.0.0-1-g${commit.slice(0, 7)}`);
  });

  test("is what config says, if it says something", () => {
    expect(choose({}, "v1.2.3").version).toBe("v1.2.3");
  });
});

describe("an image that config names", () => {
  test.each([
    ["registry.example:5000/team/app:1.2.3", "1.2.3"],
    ["registry.example:5000/team/app", "latest"],
    [`registry.example/app@sha256:${"0123456789abcdef".repeat(4)}`, "0123456789ab"],
    [`registry.example/app:1.2.3@sha256:${"0".repeat(64)}`, "1.2.3"],
  ])("names the version: %s is %s", (image, version) => {
    expect(chooseRelease(exampleSettings({ app: { image } }), NOTHING_ASKED, [])).toEqual({
      from: { reference: image },
      version,
      rollbackOf: undefined,
      before: [],
      migrates: true,
    });
  });
});

test("a folder without a Dockerfile is refused with what to type", () => {
  rmSync(join(folder, "Dockerfile"));
  expect(() => choose()).toThrow(
    new RunError(
      `There is no ${folder}/Dockerfile. Say where the app is ` +
        "(`pulumi config set appPath FOLDER`, `pulumi config set dockerfile FILE`), " +
        "or which image to use instead (`pulumi config set image REFERENCE`).",
    ),
  );
});

describe("which release", () => {
  const named = (image: string | undefined) => exampleSettings({ app: { image, build: false } });
  const entry = (image: string, rollbackOf = ""): ReleaseRecord => ({
    image,
    version: image.split(":")[1] ?? "",
    commit: "",
    time: "2026-01-01T00:00:00Z",
    by: "somebody",
    verified: true,
    rollbackOf,
    mark: "slipway-test/app:0",
  });
  const chosen = (...args: Parameters<typeof chooseRelease>) => {
    const { from, rollbackOf, migrates } = chooseRelease(...args);
    return { image: (from as { reference: string }).reference, rollbackOf, migrates };
  };

  test("an image that a pipeline asks for goes before the one in config", () => {
    const asked = releaseRequestOf({ SLIPWAY_IMAGE: "app:3", SLIPWAY_VERSION: "v3" });
    expect(chooseRelease(named("app:2"), asked, [entry("app:1")])).toEqual({
      from: { reference: "app:3" },
      version: "v3",
      rollbackOf: undefined,
      before: [entry("app:1")],
      migrates: true,
    });
  });

  test("an image has the sequence that was handed over with it, and keeps it later", () => {
    const before = [entry("app:2"), { ...entry("app:1"), sequence: 4 }];
    const sequence = (asked: Record<string, string>, last: ReleaseRecord[] = before) =>
      chooseRelease(named(undefined), releaseRequestOf(asked), last).sequence;
    expect(sequence({ SLIPWAY_IMAGE: "app:3", SLIPWAY_SEQUENCE: "7" })).toBe(7);
    expect(sequence({ SLIPWAY_IMAGE: "app:3" })).toBeUndefined();
    const back = { SLIPWAY_IMAGE: "app:1", SLIPWAY_ROLLBACK_OF: "app:2" };
    expect(sequence(back)).toBe(4);
    expect(sequence({}, [{ ...entry("app:2"), sequence: 5 }])).toBe(5);
    // One that was handed over without an image is of no image.
    expect(sequence({ SLIPWAY_SEQUENCE: "7" }, [{ ...entry("app:2"), sequence: 5 }])).toBe(5);
    // Another image may have the name of the version.
    expect(sequence({ SLIPWAY_IMAGE: "elsewhere/app:1" })).toBeUndefined();
    expect(() => releaseRequestOf({ SLIPWAY_SEQUENCE: "7.5" })).toThrow(
      'SLIPWAY_SEQUENCE is "7.5"; it must be a whole number, at least 1.',
    );
  });

  test.each([
    ["SLIPWAY_VERSION", 'v1"x', "letters, digits, `.`, `+`, `_` and `-`, at most 128"],
    ["SLIPWAY_VERSION", "release/1", "letters, digits, `.`, `+`, `_` and `-`, at most 128"],
    [
      "SLIPWAY_IMAGE",
      'app:"2',
      "the reference of an image, whose path is in lower case, or the path (./, ../ or /) of an archive",
    ],
    [
      "SLIPWAY_ROLLBACK_OF",
      "app 1",
      "the reference of an image, whose path is in lower case, or the path (./, ../ or /) of an archive",
    ],
  ])("what can't be a %s is refused: %s", (name, value, rule) => {
    expect(() => releaseRequestOf({ [name]: value })).toThrow(
      new RunError(`${name} is "${value}"; it must be ${rule}.`),
    );
  });

  test("the images of the releases before are known, newest first and each once", () => {
    const last = [entry("app:3"), entry("app:2"), entry("app:3"), entry("app:1")];
    expect(chooseRelease(named(undefined), NOTHING_ASKED, last).before).toEqual([
      entry("app:2"),
      entry("app:1"),
    ]);
  });

  test("without an image, the last verified one again, just as it was released", () => {
    expect(chosen(named(undefined), NOTHING_ASKED, [entry("app:2"), entry("app:1")])).toEqual({
      image: "app:2",
      rollbackOf: undefined,
      migrates: true,
    });
  });

  test("without an image and without a release, nothing, and it is said what to type", () => {
    expect(() => chooseRelease(named(undefined), NOTHING_ASKED, [])).toThrow(
      /pulumi config set image REFERENCE -s test/,
    );
  });

  test("a rollback migrates nothing, and a later run without an image keeps it", () => {
    const asked = releaseRequestOf({ SLIPWAY_IMAGE: "app:1", SLIPWAY_ROLLBACK_OF: "app:2" });
    const back = { image: "app:1", rollbackOf: "app:2", migrates: false };
    expect(chosen(named(undefined), asked, [entry("app:2"), entry("app:1")])).toEqual(back);
    const after = [entry("app:1", "app:2"), entry("app:2"), entry("app:1")];
    expect(chosen(named(undefined), NOTHING_ASKED, after)).toEqual(back);
  });

  test("an image in config that was taken back stays so; another one is released", () => {
    const after = [entry("app:1", "app:2"), entry("app:2", "app:3"), entry("app:3")];
    for (const image of ["app:2", "app:3"]) {
      expect(chosen(named(image), NOTHING_ASKED, after).image).toBe("app:1");
    }
    expect(chosen(named("app:4"), NOTHING_ASKED, after)).toEqual({
      image: "app:4",
      rollbackOf: undefined,
      migrates: true,
    });
  });

  test("who took it back, and when, is said of that rollback, whatever was recorded like it since", () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const at = (time: string, by: string, image: string, rollbackOf: string) => ({
      ...entry(image, rollbackOf),
      ...{ time, by },
    });
    // A rotation was once recorded as another rollback; and app:2 was taken back after app:3.
    const after = [
      at("2026-01-04T00:00:00Z", "rotation", "app:1", "app:2"),
      at("2026-01-03T00:00:00Z", "ada", "app:1", "app:2"),
      at("2026-01-02T00:00:00Z", "bob", "app:2", "app:3"),
      entry("app:3"),
    ];
    chosen(named("app:2"), NOTHING_ASKED, after);
    chosen(named("app:3"), NOTHING_ASKED, after);
    expect(warn.mock.calls.map(([text]) => text.split(".")[0])).toEqual([
      "2 was rolled back by ada on 2026-01-03T00:00:00Z; 1 stays",
      "3 was rolled back by bob on 2026-01-02T00:00:00Z; 1 stays",
    ]);
    expect(warn.mock.calls[0]?.[0]).toMatch(
      /To release 2 again: \.\/slipway up -s \w+ --image app:2 --version 2$/,
    );
    warn.mockRestore();
  });

  test("nothing is said of a rollback of the image that is live again", () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const after = [entry("app:1", "app:2"), entry("app:2", "app:1"), entry("app:1")];
    expect(chosen(named("app:1"), NOTHING_ASKED, after).image).toBe("app:1");
    expect(warn).not.toHaveBeenCalled();
  });

  // An engine that was emptied has it no more, and no registry ever had it.
  test("what was built here is built again where the folder is still the same, after a rollback too", () => {
    const plain = exampleSettings();
    const settings = { ...plain, build: { ...plain.build, appPath: folder } };
    const built = chooseRelease(settings, NOTHING_ASKED, []).from;
    const mark = markOf(settings, built);
    const back = [entry(mark, "app:2"), entry("app:2", mark), entry(mark)];
    expect(chooseRelease(settings, NOTHING_ASKED, back)).toMatchObject({
      from: built,
      rollbackOf: "app:2",
      migrates: false,
    });
    const asked = releaseRequestOf({ SLIPWAY_IMAGE: mark, SLIPWAY_ROLLBACK_OF: "app:2" });
    expect(chooseRelease(settings, asked, [entry("app:2")]).from).toEqual(built);

    write("src/main.js", "two");
    expect(chooseRelease(settings, asked, [entry("app:2")]).from).toEqual({ reference: mark });
  });

  test("an archive is known by what is in it, and named by what it is loaded as", () => {
    const digest = "0123456789abcdef".repeat(4);
    write(
      "manifest.json",
      JSON.stringify([{ Config: `blobs/sha256/${digest}`, RepoTags: ["team/app:7"] }]),
    );
    execFileSync("tar", ["-cf", join(folder, "app.tar"), "-C", folder, "manifest.json"]);
    const release = chooseRelease(named(join(folder, "app.tar")), NOTHING_ASKED, []);
    expect(release).toMatchObject({
      from: { loadedAs: "team/app:7", key: "0123456789ab" },
      version: "7",
    });
  });

  test("an archive of several images is refused: which of them is meant, nobody says", () => {
    const images = ["a", "b"].map((digit) => ({ Config: digit.repeat(64), RepoTags: null }));
    write("manifest.json", JSON.stringify(images));
    const file = join(folder, "app.tar");
    execFileSync("tar", ["-cf", file, "-C", folder, "manifest.json"]);
    expect(() => chooseRelease(named(file), NOTHING_ASKED, [])).toThrow(
      `${file} is no archive of one image`,
    );
  });

  test("a file that is no archive of an image is refused by its name", () => {
    write("app.tar", "no archive");
    const file = join(folder, "app.tar");
    expect(() => chooseRelease(named(file), NOTHING_ASKED, [])).toThrow(
      `${file} is no archive of one image`,
    );
  });
});
