import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { type ReleaseArgs, switchScript } from "../../../../components/docker/release.ts";
import { HTTP_PROBE } from "../../../../components/http-probe.ts";
import { jsonStringPattern } from "../../../../components/json-string-pattern.ts";
import { NO_RELEASE_CONF, releaseConf } from "../../../../components/nginx/release-conf.ts";
import { quote } from "../../../../components/quote.ts";
import {
  parseRecord,
  type ReleaseRecord,
  recorded,
  recordLine,
} from "../../../../components/release-record.ts";
import { resolved } from "../../resolved.ts";

const args = {
  owner: { project: "slipway", stack: "test" },
  image: "app:2",
  version: "2",
  mark: "slipway-test/app:2",
  rollbackOf: undefined,
  imagesKept: 5,
  web: ["web-1-abc", "web-2-abc"],
  port: 3000,
  staticFolder: "0123456789ab",
  staticPrefix: "/",
  ingress: "ingress",
  nginxImage: "nginx:1",
  askFrom: { url: "http://127.0.0.1:8080", resolve: "", forwardedProto: "" },
  versionPath: "/version",
  healthPath: "/readyz",
  healthSeconds: 60,
  drainSeconds: 30,
} as unknown as ReleaseArgs;

const valuesOf = (of: ReleaseArgs) => resolved(pulumi.all(switchScript(of).values));

test("Nginx is pointed at the new containers and their files, and asked for the new image", async () => {
  expect(await valuesOf(args)).toEqual({
    INGRESS: "ingress",
    NGINX_IMAGE: "nginx:1",
    IMAGE: "app:2",
    ENTRY: '{"image":"app:2","version":"2","rollbackOf":"","mark":"slipway-test/app:2"}',
    CONF: releaseConf(["web-1-abc:3000", "web-2-abc:3000"], "0123456789ab"),
    NO_RELEASE_CONF,
    FILES: "0123456789ab",
    FILES_URL: "http://127.0.0.1:8080/",
    QUESTIONS: `http://127.0.0.1:8080/version ${jsonStringPattern("app:2")}`,
    RESOLVE: "",
    FORWARDED_PROTO: "",
    HTTP_PROBE,
    DRAIN_SECONDS: "30",
    WEB: "web-1-abc web-2-abc",
    PORT: "3000",
    HEALTH_SECONDS: "60",
  });
});

test("without a version path, any answer at the health path will do", async () => {
  expect(await valuesOf({ ...args, versionPath: undefined })).toMatchObject({
    QUESTIONS: "http://127.0.0.1:8080/readyz ",
  });
});

test("without static files, Nginx looks in a folder that is not there", async () => {
  const { CONF } = await valuesOf({ ...args, staticFolder: undefined });
  expect(CONF).toBe(releaseConf(["web-1-abc:3000", "web-2-abc:3000"], "none"));
});

test("switch, verification and way back are one step, which is never taken back", () => {
  const { apply, update, remove } = switchScript(args);
  const order = ['"$CONF" "$earlier" | use_conf', "if wrong=$(verify)", "verified_conf", "exit 1"];
  expect(order.map((text) => apply.indexOf(text)).every((at) => at >= 0)).toBe(true);
  expect(order.toSorted((a, b) => apply.indexOf(a) - apply.indexOf(b))).toEqual(order);
  expect([update, remove]).toEqual([undefined, undefined]);
});

/**
 * Takes a release whose answer is wrong, in a folder that is in the place of Nginx's.
 *
 * @param verified the configuration of the release that was verified before; undefined where none was.
 */
async function wrongRelease(verified: string | undefined) {
  const folder = mkdtempSync(join(tmpdir(), "slipway-release-"));
  const docker = `#!/bin/sh
case $1 in
  exec) shift; while [ "$1" != ingress ]; do shift; done; shift
    case "$*" in "cat /etc/nginx/"*) set -- cat release.conf ;; esac
    cd '${folder}' && exec "$@" ;;
  image) echo APP_COMMIT=abc ;;
  inspect) echo true ;;
  ps) printf '%s\\n' web-1-old web-1-abc web-2-abc ;;
  logs) echo "log of $4" ;;
  stop) shift 3; printf '%s\\n' "$@" >>'${folder}/stopped' ;;
esac
`;
  try {
    writeFileSync(join(folder, "docker"), docker, { mode: 0o755 });
    if (verified !== undefined) writeFileSync(join(folder, "release.verified"), verified);
    const values = Object.entries(await valuesOf(args));
    const { functions, apply } = switchScript(args);
    // Without Nginx itself, and what is asked of it.
    const instead = `
earlier_files() { :; }
use_conf() { cat >'${folder}/release.conf'; }
verify() { echo "it is another image"; return 1; }
wait_for_old_workers() { :; }`;
    const { status, stderr } = spawnSync("sh", ["-eu"], {
      input: [
        ...values.map(([name, value]) => `${name}=${quote(value)}`),
        ...["WHO=ada", functions, instead, apply],
      ].join("\n"),
      env: { PATH: [folder, process.env["PATH"]].join(delimiter) },
      encoding: "utf8",
    });
    const read = (name: string) => readFileSync(join(folder, name), "utf8").trimEnd();
    return { status, stderr, conf: read("release.conf"), stopped: read("stopped").split("\n") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("what is not verified is served no longer, and is stopped: the last verified release is back", async () => {
  const before = releaseConf(["web-1-old:3000"], "none");
  const { status, stderr, conf, stopped } = await wrongRelease(before);
  expect([status, conf, stopped]).toEqual([1, before.trimEnd(), ["web-1-abc", "web-2-abc"]]);
  expect(stderr).toContain("Nginx is back at the last verified release.");
  expect(stderr).toContain("log of web-1-abc");
});

test("a first release that is not verified is served no longer either", async () => {
  const { status, stderr, conf, stopped } = await wrongRelease(undefined);
  expect([status, conf]).toEqual([1, NO_RELEASE_CONF.trimEnd()]);
  expect(stopped).toEqual(expect.arrayContaining(["web-1-abc", "web-2-abc"]));
  expect(stderr).toContain("No release was verified yet");
  expect(stderr).toContain("log of web-1-abc");
});

/** A folder in the place of the one in Nginx's container; `docker` runs there what it is to run in that. */
function recordOf(lines: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), "slipway-release-"));
  const docker = `#!/bin/sh
case $1 in
  exec) cd '${folder}' && shift 5 && exec "$@" ;;
  image) echo APP_COMMIT=abc ;;
esac
`;
  writeFileSync(join(folder, "docker"), docker, { mode: 0o755 });
  if (lines.length > 0) writeFileSync(join(folder, "releases.jsonl"), lines.join(""));
  return {
    /** What the machine's shell makes of a release. */
    async add(changes: Partial<ReleaseArgs>, verified = true) {
      const values = Object.entries(await valuesOf({ ...args, ...changes }));
      execFileSync("sh", ["-eu"], {
        input: [
          ...values.map(([name, value]) => `${name}=${quote(value)}`),
          "WHO=ada",
          switchScript(args).functions,
          `COMMIT=$(commit)\nrecord ${verified}`,
        ].join("\n"),
        env: { PATH: [folder, process.env["PATH"]].join(delimiter) },
      });
    },
    text: () => readFileSync(join(folder, "releases.jsonl"), "utf8"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

test.each([
  [undefined, {}],
  [17, { sequence: 17 }],
])("the record has the sequence of an image that has one: %s", async (sequence, more) => {
  using record = recordOf();
  await record.add({ sequence });
  expect(JSON.parse(record.text())).toEqual({
    ...{ image: "app:2", version: "2", commit: "abc", time: expect.any(String), by: "ada" },
    ...{ verified: true, rollbackOf: "", mark: "slipway-test/app:2" },
    ...more,
  });
});

test("a value is recorded as it is, whatever notation it would have to be escaped in", async () => {
  const version = `v1"x \\ %s $HOME 'é' "verified":false`;
  using record = recordOf();
  await record.add({ version });
  await record.add({ version: "2" });
  expect(parseRecord(record.text()).map((one) => one.version)).toEqual(["2", version]);
});

const entry = (changes: Partial<ReleaseRecord>): ReleaseRecord => ({
  ...{ image: "app:1", version: "1", commit: "", time: "2026-01-01T00:00:00Z", by: "bob" },
  ...{ verified: true, rollbackOf: "", mark: "slipway-test/app:1" },
  ...changes,
});

test("a line of the record that is none is passed over, and gone with the next write", async () => {
  const bad = ['{"image":"app:3","version":"v1"x","verified":true}\n', "half a l\n", "[]\n"];
  using record = recordOf([...bad, recordLine(entry({}))]);
  expect(parseRecord(record.text())).toEqual([entry({})]);
  await record.add({});
  expect(record.text().trimEnd().split("\n").slice(1)).toEqual([recordLine(entry({})).trimEnd()]);
  expect(parseRecord(record.text())).toMatchObject([{ version: "2" }, { version: "1" }]);
});

test("what is live and is switched to once more is no release of its own; anything else is", async () => {
  const back = { image: "app:1", version: "1", rollbackOf: "app:2", mark: "slipway-test/app:1" };
  const failed = entry({ image: "app:9", verified: false });
  const rolledBack = entry({ rollbackOf: "app:2", time: "2026-01-02T00:00:00Z" });
  using record = recordOf([failed, rolledBack, entry({})].map(recordLine));
  const before = record.text();
  await record.add(back);
  expect(record.text()).toBe(before);
  for (const other of [{ sequence: 4 }, { version: "1.0" }, { rollbackOf: undefined }]) {
    await record.add({ ...back, ...other });
  }
  await record.add({ ...back, rollbackOf: undefined }, false);
  expect(parseRecord(record.text()).slice(0, 4)).toMatchObject([
    ...[{ verified: false }, { rollbackOf: "", version: "1" }, { version: "1.0" }, { sequence: 4 }],
  ]);
});

test("in a cluster the record is kept by the same rules", () => {
  const rolledBack = entry({ rollbackOf: "app:2" });
  const all = [entry({ image: "app:9", verified: false }), rolledBack, entry({})];
  expect(recorded({ ...rolledBack, time: "2026-02-02T00:00:00Z", by: "eve" }, all)).toEqual(all);
  for (const other of [{ sequence: 4 }, { version: "1.0" }, { rollbackOf: "" }]) {
    expect(recorded({ ...rolledBack, ...other }, all)).toEqual([
      { ...rolledBack, ...other },
      ...all,
    ]);
  }
  expect(recorded({ ...rolledBack, verified: false }, all)).toHaveLength(4);
});

test.each([
  ["a client", "", ["run TRIES=20"]],
  [
    "the proxy that ends TLS in front",
    "https",
    ["exec TRIES=20 X-Forwarded-Proto: https", "run TRIES=1"],
  ],
])("%s is who asks for the image after the switch", async (_, forwardedProto, asked) => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-release-"));
  // A client that does not come through that proxy is answered with a redirect.
  const docker = `#!/bin/sh
case "$1 $4" in "exec -c") echo pass; exit ;; esac
how=$1
case $* in *" 20 --"*) how="$how TRIES=20" ;; *" 1 --"*) how="$how TRIES=1" ;; esac
case $* in *"X-Forwarded-Proto: https"*) how="$how X-Forwarded-Proto: https" ;; esac
echo "$how" >>'${folder}/asked'
case $how in *TRIES=1) echo "HTTP 301"; exit 22 ;; esac
`;
  try {
    writeFileSync(join(folder, "docker"), docker, { mode: 0o755 });
    const values = await valuesOf({
      ...args,
      askFrom: { ...args.askFrom, forwardedProto: forwardedProto as "https" },
      staticFolder: undefined,
    });
    const lines = Object.entries(values).map(([name, value]) => `${name}=${quote(value)}`);
    const input = [...lines, switchScript(args).functions, "verify"].join("\n");
    const { status } = spawnSync("sh", ["-eu"], {
      input,
      env: { PATH: [folder, process.env["PATH"]].join(delimiter) },
    });
    expect(status).toBe(0);
    expect(readFileSync(join(folder, "asked"), "utf8").trimEnd().split("\n")).toEqual(asked);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("old images go, but not that of a container which the release before left, nor those that are kept", () => {
  const mark = (key: number) => `slipway-test/app:${key}`;
  const record = [5, 4, 3].map((key) => JSON.stringify({ mark: mark(key), verified: true }));
  const folder = mkdtempSync(join(tmpdir(), "slipway-release-"));
  const docker = `#!/bin/sh
case "$1 $2" in
  "exec "*) printf '%s\\n' ${record.map((line) => `'${line}'`).join(" ")} ;;
  "image ls") printf '%s\\n' ${[1, 2, 3, 4, 5].map(mark).join(" ")} ;;
  "ps --all") case $* in *label=slipway.stack=test*ancestor=${mark(2)}*) echo c2 ;; esac ;;
  "image inspect") echo "$5" ;;
  "image rm") echo "$3" >>'${folder}/removed' ;;
esac
`;
  try {
    writeFileSync(join(folder, "docker"), docker, { mode: 0o755 });
    execFileSync("sh", ["-eu"], {
      input: `${switchScript({ ...args, imagesKept: 2 }).functions}\nINGRESS=i\nremove_old_images\n`,
      env: { PATH: [folder, process.env["PATH"]].join(delimiter) },
    });
    const removed = readFileSync(join(folder, "removed"), "utf8").trimEnd().split("\n");
    expect(removed).toEqual([mark(1), mark(3)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each([
  ["has the releases before", [recordLine(entry({}))], ["slipway-test/app:0"]],
  ["is gone, with Nginx's volume", [], []],
])("after a verified release whose record %s, these images go", async (_, before, gone) => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-release-"));
  const docker = `#!/bin/sh
case "$1 $2" in
  "exec "*) shift; while [ "$1" != ingress ]; do shift; done; shift; cd '${folder}' && exec "$@" ;;
  "image ls") printf '%s\\n' slipway-test/app:0 slipway-test/app:1 slipway-test/app:2 ;;
  "image inspect") echo "$5" ;;
  "image rm") echo "$3" >>'${folder}/removed' ;;
  inspect*) echo true ;;
esac
`;
  try {
    writeFileSync(join(folder, "docker"), docker, { mode: 0o755 });
    writeFileSync(join(folder, "removed"), "");
    if (before.length > 0) writeFileSync(join(folder, "releases.jsonl"), before.join(""));
    const { functions, apply } = switchScript(args);
    // Without Nginx itself, and what is asked of it.
    const instead = `
live() { :; }
earlier_files() { :; }
keep_files() { :; }
use_conf() { cat >'${folder}/release.conf'; }
verify() { :; }
wait_for_old_workers() { :; }`;
    const { status, stdout, stderr } = spawnSync("sh", ["-eu"], {
      input: [
        ...Object.entries(await valuesOf(args)).map(([name, value]) => `${name}=${quote(value)}`),
        ...["WHO=ada", functions, instead, `apply() {${apply}\n}`, "apply"],
      ].join("\n"),
      env: { PATH: [folder, process.env["PATH"]].join(delimiter) },
      encoding: "utf8",
    });
    expect([status, parseRecord(stdout)[0]?.version, stderr]).toEqual([0, "2", ""]);
    const removed = readFileSync(join(folder, "removed"), "utf8").split("\n").filter(Boolean);
    expect(removed).toEqual(gone);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
