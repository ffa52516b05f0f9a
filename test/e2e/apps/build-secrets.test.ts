import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pathWithBuildKit } from "../build-kit.ts";
import { Clone, docker } from "../clone.ts";
import { CommandLines } from "../command-lines.ts";
import { ask } from "../conduit-client.ts";
import { setConfig } from "../config.ts";
import { expectNoSecret, textBelow } from "../secret-search.ts";
import { writeSmallApp } from "../small-app.ts";

const TOKEN = randomBytes(24).toString("hex");
const FINGERPRINT = createHash("sha256").update(TOKEN).digest("hex");
/** What the build makes of its secret. */
const KEPT = "/token.sha256";

let clone: Clone;
let env: { PATH: string };
let printed: string;
let commandLines: string;

beforeAll(async () => {
  clone = await Clone.make();
  env = { PATH: pathWithBuildKit(join(clone.folder, ".slipway", "docker")) };
  writeSmallApp(clone, {
    // BuildKit's cache goes by what is copied and run, not by secrets: this one has nothing of an earlier run.
    before: `// ${FINGERPRINT}`,
    build: [
      `RUN --mount=type=secret,id=token,required=true sha256sum /run/secrets/token | cut -c1-64 >${KEPT}`,
      "RUN test ! -e /run/secrets/token",
    ],
  });
  setConfig(clone, { database: "none" });
});
afterAll(() => clone?.remove());

test("A client without BuildKit is named, with what it needs", async () => {
  await clone.slipway(["start"]); // Makes the stack; its Dockerfile wants a secret that is not there.
  await clone.setSecret("buildSecrets", JSON.stringify({ token: TOKEN }));
  clone.write(
    ".slipway/without/docker",
    `#!/bin/sh
case "$*" in "build --help" | buildx*) exit 1 ;; esac
exec '${env.PATH.split(":")[0]}/docker' "$@"
`,
  );
  await clone.shell("chmod +x .slipway/without/docker");
  const PATH = `${clone.folder}/.slipway/without:${env.PATH}`;
  for (const args of [["start"], ["pack", "-s", clone.stack]]) {
    const { code, output } = await clone.slipway(args, { PATH });
    expect(output).toContain("need BuildKit, and the docker command of this machine has none.");
    expect(code, output).not.toBe(0);
  }
});

test("A build reads its secret, and the app that it makes answers", async () => {
  const watch = new CommandLines();
  const { code, output } = await clone.slipway(["start"], env).finally(async () => {
    commandLines = await watch.finish();
  });
  printed = output;
  expect(code, output).toBe(0);
  expect(docker("run", "--rm", await liveImage(), "cat", KEPT)).toBe(FINGERPRINT);
});

test("The secret is in no layer, history, state, log or command line, and in one file of its owner", async () => {
  const file = join(clone.folder, ".slipway", "build", clone.stack, "token");
  expect(readFileSync(file, "utf8")).toBe(TOKEN);
  expect((statSync(file).mode & 0o777).toString(8)).toBe("600");

  const image = await liveImage();
  // What the build kept is found where the secret is looked for: layers are searched as they are.
  expect(await layersWith(image, [FINGERPRINT, TOKEN])).toEqual([FINGERPRINT]);
  const preview = await clone.pulumi(["preview", "--diff"], env);
  expect(commandLines).toContain("--secret id=token,src=");
  expectNoSecret([TOKEN], {
    "the image": docker("image", "inspect", image),
    "its history": docker("image", "history", "--no-trunc", image),
    "the container": docker("inspect", ...containers()),
    "the app's log": containers()
      .map((id) => docker("logs", id))
      .join("\n"),
    "command lines": commandLines,
    "what was printed": printed,
    "a preview": preview.output,
    state: textBelow(join(clone.folder, ".slipway", "state")),
    "the stack's file": readFileSync(join(clone.folder, `Pulumi.${clone.stack}.yaml`), "utf8"),
  });
});

test("Another value alone builds nothing anew", async () => {
  const before = await liveImage();
  await clone.setSecret("buildSecrets", JSON.stringify({ token: `${TOKEN}-2` }));
  const { code, output } = await clone.slipway(["start"], env);
  expect(code, output).toBe(0);
  expect(await liveImage()).toBe(before);
  await clone.setSecret("buildSecrets", JSON.stringify({ token: TOKEN }));
});

test("`pack -s` builds with the stack's secret, and `--build-secret` with that of a file", async () => {
  clone.write("token", "another one");
  const typed = createHash("sha256").update("another one").digest("hex");
  for (const [args, fingerprint] of [
    [[], FINGERPRINT],
    [["--build-secret", "token=token"], typed],
  ] as const) {
    const to = `slipway-${clone.stack}/packed-${args.length}`;
    clone.write("small/server.mjs", `// ${FINGERPRINT}, packed with ${args.length} options`);
    const packed = await clone.slipway(["pack", "-s", clone.stack, "--to", to, ...args], env);
    expect(packed.code, packed.output).toBe(0);
    expect(packed.output).not.toContain(TOKEN);
    const image = packed.output.trim().split("\n").at(-1) ?? "";
    try {
      expect(docker("run", "--rm", image, "cat", KEPT)).toBe(fingerprint);
    } finally {
      docker("image", "rm", "--no-prune", image);
    }
  }
  const left = readdirSync(join(clone.folder, ".slipway", "build"));
  expect(left).toEqual([clone.stack]);
});

test("Where nothing decrypts the stack's secrets, `pack` says what to give it, and builds nothing", async () => {
  const file = join(clone.folder, ".slipway", "passphrase");
  const passphrase = readFileSync(file, "utf8");
  clone.write(".slipway/passphrase", "another one");
  const { code, output } = await clone.slipway(["pack", "-s", clone.stack], env);
  clone.write(".slipway/passphrase", passphrase);
  expect(output).toContain("has buildSecrets, and they can't be decrypted here:");
  expect(output).toContain("--build-secret ID=FILE");
  expect(code, output).toBe(2);
});

test("A destroy removes the file", async () => {
  const { code, output } = await clone.slipway(["destroy", "--data", "--yes", clone.stack], env);
  expect(code, output).toBe(0);
  expect(existsSync(join(clone.folder, ".slipway", "build", clone.stack, "token"))).toBe(false);
});

async function liveImage(): Promise<string> {
  return (await ask(clone.url, "/")).image;
}

const containers = () =>
  docker("ps", "--quiet", `--filter=label=slipway.stack=${clone.stack}`).split("\n");

/** Which of some texts are in the layers of an image, as the engine hands it out. */
async function layersWith(image: string, texts: readonly string[]): Promise<string[]> {
  const save = spawn("docker", ["save", image], { stdio: ["ignore", "pipe", "inherit"] });
  const found = new Set<string>();
  let tail = "";
  for await (const chunk of save.stdout) {
    const text = tail + chunk.toString("latin1");
    for (const one of texts) if (text.includes(one)) found.add(one);
    tail = text.slice(-200);
  }
  return texts.filter((text) => found.has(text));
}
