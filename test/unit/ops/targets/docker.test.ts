import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  parseRecord,
  type ReleaseRecord,
  recordLine,
} from "../../../../components/release-record.ts";
import { dockerTarget } from "../../../../ops/targets/docker/index.ts";
import { reach } from "../../../../ops/targets/docker/reach.ts";

const docker = dockerTarget("dev", reach());

/** Stands in for the docker command: prints what is in a file of its name, and writes down its calls. */
const FAKE = `#!/bin/sh
here=$(dirname "$0")
echo "$*" >>"$here/calls"
case $1 in ps) cat "$here/ps" 2>/dev/null || : ;; esac
case $2 in ls) cat "$here/$1" 2>/dev/null || : ;; esac
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-docker-"));
  writeFileSync(join(folder, "docker"), FAKE, { mode: 0o755 });
  vi.stubEnv("PATH", [folder, process.env["PATH"]].join(delimiter));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const prints = (kind: string, ...lines: string[]) =>
  writeFileSync(join(folder, kind), lines.map((line) => `${line}\n`).join(""));
const calls = () => readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n");

test("containers come before the networks and volumes that they use", async () => {
  prints("container", "c1\tweb-1\tweb");
  prints("network", "n1\tnet\tnetwork");
  prints("volume", "data\tdata\tdatabase");
  expect(await docker.things()).toMatchObject([
    { id: "c1", name: "web-1", kind: "container", role: "resource" },
    { id: "n1", name: "net", kind: "network", role: "resource" },
    { id: "data", name: "data", kind: "volume", role: "data" },
  ]);
});

test.each<[string, () => Promise<unknown>]>([
  ["the list of things", () => docker.things()],
  ["the record of releases", () => docker.releases()],
  ["maintenance", () => docker.isInMaintenance()],
  ["the end of maintenance", () => docker.setMaintenance(false)],
  ["the other stacks", () => docker.others()],
  ["the removal of builds", () => docker.removeBuilds()],
  ["the parts", () => docker.parts()],
])("without Docker, %s is an error, and not taken for nothing", async (_, ask) => {
  const error = "Cannot connect to the Docker daemon. Is the docker daemon running?";
  writeFileSync(join(folder, "docker"), `#!/bin/sh\necho "${error}" >&2\nexit 1\n`);
  await expect(ask()).rejects.toThrow(error);
});

test("a container that a step or a build made for itself is known as such", async () => {
  prints("container", "c1\tmigrate\tstep", "c2\tbuild\timage");
  expect((await docker.things()).map(({ role }) => role)).toEqual(["step", "step"]);
});

test("a command that a person runs is no step's container", async () => {
  prints("container", "c1\trun-1\tone-off");
  expect((await docker.things()).map(({ role }) => role)).toEqual(["one-off"]);
});

test("only what is labelled as the stack's is listed, and stopped containers too", async () => {
  await docker.things();
  for (const call of calls()) {
    expect(call).toContain("--filter label=slipway.project=slipway");
    expect(call).toContain("--filter label=slipway.stack=dev");
  }
  expect(calls().find((call) => call.startsWith("container"))).toMatch(/^container ls --all /);
});

test("each thing is removed by its id, in the way of its kind", async () => {
  prints("container", "c1\tweb-1\tweb");
  prints("network", "n1\tnet\tnetwork");
  prints("volume", "data\tdata\tdatabase");
  for (const thing of await docker.things()) await thing.remove();
  expect(calls().slice(3)).toEqual(["rm --force --volumes c1", "network rm n1", "volume rm data"]);
});

test("the images that the stack built are removed, one by one", async () => {
  prints("image", "slipway-dev/app:1", "slipway-dev/app:2");
  await docker.removeBuilds();
  expect(calls().slice(1)).toEqual([
    "image rm --no-prune slipway-dev/app:1",
    "image rm --no-prune slipway-dev/app:2",
  ]);
});

describe("a static file of the live release", () => {
  const asked = {
    questions: [{ url: "http://127.0.0.1:8080/version", pattern: "" }],
    files: { folder: "0123456789ab", url: "http://127.0.0.1:8080/static/" },
    ...{ resolve: "", forwardedProto: "" as const, image: "nginx:1" },
  };
  const target = (recorded: Partial<typeof asked> = {}) =>
    dockerTarget("dev", reach(), { asked: { ...asked, ...recorded } });
  /** The docker command, with a file in Nginx's container and an answer to whoever asks for it. */
  const nginxWith = (file: string, answer: string) =>
    writeFileSync(
      join(folder, "docker"),
      `#!/bin/sh
case $1,$* in
  ps,*) echo ingress ;;
  exec,*0123456789ab*) echo '${file}' ;;
  run,*static*) ${answer} ;;
esac`,
      { mode: 0o755 },
    );

  test("is asked for, and named where it is not answered", async () => {
    nginxWith("assets/site.css", "exit 0");
    expect(await target().missingFile()).toBeUndefined();
    nginxWith("assets/site.css", "echo HTTP 404; exit 22");
    const missing = { url: "http://127.0.0.1:8080/static/assets/site.css", answer: "HTTP 404" };
    expect(await target().missingFile()).toEqual(missing);
    expect(await target().wrongAnswer()).toEqual(missing);
  });

  test("is not asked for where there are none, or none under a name that is a URL", async () => {
    nginxWith("", "echo HTTP 404; exit 22");
    expect(await target().missingFile()).toBeUndefined();
    nginxWith("assets/site.css", "echo HTTP 404; exit 22");
    const { files: _, ...without } = asked;
    expect(await dockerTarget("dev", reach(), { asked: without }).missingFile()).toBeUndefined();
    expect(await dockerTarget("dev", reach()).missingFile()).toBeUndefined();
  });
});

test.each([
  ["another name", "foo", 'No container of dev has "foo" in its name. There are: db-1, proxy-1.'],
  [
    "the app, which has none",
    undefined,
    "No container of dev runs the app. There are: db-1, proxy-1.",
  ],
])("logs of %s name the containers that there are", async (_, of, message) => {
  prints("ps", "database\tdb-1\t\trunning\tUp", "ingress\tproxy-1\t\trunning\tUp");
  const options = { of, follow: false, lines: 10 };
  await expect(docker.logs(options)).rejects.toMatchObject({ message, exitCode: 1 });
});

test("logs of a stack without a container say that it is not up", async () => {
  const message = "The stack dev is not up: it has no container.";
  const options = { of: "foo", follow: false, lines: 10 };
  await expect(docker.logs(options)).rejects.toThrow(message);
});

const release = (image: string, time: string): ReleaseRecord => ({
  ...{ image, version: image, commit: "", time, by: "ada", verified: true, rollbackOf: "" },
  mark: `slipway-dev/${image}`,
});

test.each([
  ["is gone, and has the live one anew", [release("app:2", "new")], [release("app:1", "1")]],
  ["is gone with all", [], [release("app:2", "2"), release("app:1", "1")]],
  ["is there", [release("app:2", "2"), release("app:1", "1")], []],
])("a record of releases that %s gets back what it has lost", async (_, record, lost) => {
  const file = join(folder, "releases.jsonl");
  writeFileSync(file, record.map(recordLine).join(""));
  writeFileSync(
    join(folder, "docker"),
    `#!/bin/sh
case $1 in
  ps) echo ingress ;;
  cp) tar -cf - -C '${folder}' releases.jsonl ;;
  exec) cat >>'${file}' ;;
esac
`,
    { mode: 0o755 },
  );
  const before = [release("app:2", "2"), release("app:1", "1")];
  expect(await docker.restoreReleases(before)).toBe(lost.length);
  expect(parseRecord(readFileSync(file, "utf8"))).toEqual([...record, ...lost]);
  expect(await docker.restoreReleases(before)).toBe(0);
});
