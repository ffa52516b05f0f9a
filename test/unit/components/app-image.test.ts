import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  AppImage,
  buildScript,
  type ImageSource,
  pullScript,
} from "../../../components/app-image.ts";
import { LocalMachine } from "../../../components/local-machine.ts";
import { scriptText } from "../../../components/script.ts";
import { record } from "../recorder.ts";
import { resolved } from "../resolved.ts";
import { BUILT, PULLED } from "../stacks/example.ts";

const owner = { project: "slipway", stack: "test" };
const source = BUILT.from as ImageSource;

async function referenceOf(from: typeof BUILT.from): Promise<string | undefined> {
  let image: AppImage | undefined;
  await record(() => {
    image = new AppImage("image", { machine: new LocalMachine("machine"), owner, from });
  });
  return image?.reference;
}

test("a build is tagged with its key, so that its reference is known before it is built", async () => {
  expect(await referenceOf(source)).toBe("slipway-test/app:0123456789ab");
});

test("an image that exists keeps its reference", async () => {
  expect(await referenceOf(PULLED.from)).toBe("registry.example/app:1.2.3");
});

describe("a build", () => {
  const optionsOf = (changes: Partial<ImageSource>) =>
    /docker build (.*) "\$CONTEXT"/.exec(
      buildScript(owner, { ...source, ...changes }, "x").apply,
    )?.[1];

  test("gets its Dockerfile, its stage, its arguments and the commit, quoted", () => {
    expect(optionsOf({ args: { GREETING: "it's $HOME" } })).toBe(
      `--force-rm --tag "$REFERENCE" --file 'app/Dockerfile' --target 'run' ` +
        `--build-arg 'GREETING=it'\\''s $HOME' --build-arg 'COMMIT=abc123abc123' ` +
        "--label slipway.project=slipway --label slipway.stack=test --label slipway.role=image",
    );
  });

  test("is of the last stage when none is named", () => {
    expect(optionsOf({ target: undefined })).not.toContain("--target");
  });

  test("has the commit that Slipway found, whatever its arguments say", () => {
    expect(optionsOf({ args: { COMMIT: "another" } })).not.toContain("another");
  });
});

test("deleting removes what this stack built, and nothing that it pulled", () => {
  expect(buildScript(owner, source, "x").remove).toContain("docker image rm");
  expect(pullScript("x").remove).toBeUndefined();
});

test("the oldest builds go, but never the one that is to run, however old it is", async () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-builds-"));
  try {
    const removed = join(folder, "removed");
    const docker = `#!/bin/sh
case "$1 $2" in
  "image ls") printf 'app:%s\\n' 7 6 5 4 3 2 1 ;;
  "image inspect") echo sha256:1 ;;
  "image rm") echo "$4" >>'${removed}' ;;
esac
`;
    writeFileSync(join(folder, "docker"), docker, { mode: 0o755 });
    execFileSync("sh", ["-s", "apply"], {
      input: await resolved(scriptText(buildScript(owner, source, "app:1"))),
      env: { PATH: [folder, process.env["PATH"]].join(delimiter) },
      stdio: ["pipe", "ignore", "ignore"],
    });
    expect(readFileSync(removed, "utf8")).toBe("app:3\napp:2\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
