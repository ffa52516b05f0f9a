import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  AppImage,
  type AppImageArgs,
  buildScript,
  type ImageSource,
  markOf,
  pullScript,
} from "../../../../components/docker/app-image.ts";
import { markFunctions } from "../../../../components/docker/image-marks.ts";
import { LocalMachine } from "../../../../components/machine/local-machine.ts";
import { scriptText } from "../../../../components/machine/script.ts";
import { run } from "../../../../setup/run.ts";
import { record } from "../../recorder.ts";
import { resolved } from "../../resolved.ts";
import { BUILT, PULLED } from "../../stacks/example.ts";

const owner = { project: "slipway", stack: "test" };
const source = BUILT.from as ImageSource;

const here = (machine: LocalMachine) => ({
  ...{ machine, owner, registry: undefined },
  buildSecrets: {},
  shellFor: [],
});

async function referenceOf(from: AppImageArgs["from"]): Promise<string | undefined> {
  let image: AppImage | undefined;
  await record(() => {
    image = new AppImage("image", { ...here(new LocalMachine("machine")), from });
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
    /docker build (.*) "\$work"/.exec(
      buildScript(owner, { ...source, ...changes }, "x", {}).apply,
    )?.[1];

  test("gets its Dockerfile, its stage, its arguments and the commit, quoted", () => {
    expect(optionsOf({ args: { GREETING: "it's $HOME" } })).toBe(
      `--force-rm --tag "$MARK" --file "$work"/'Dockerfile' --target 'run' ` +
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

describe("a build with secrets", () => {
  const secrets = { npmrc: "files/npmrc", "pip.conf": "files/it's pip" };
  const build = async (help: string) => {
    const folder = mkdtempSync(join(tmpdir(), "slipway-build-"));
    const docker = `#!/bin/sh
if [ "$2" = --help ]; then printf '%s\\n' '${help}'; exit; fi
for word; do printf '%s\\n' "$word"; done >>'${folder}/words'
echo "$DOCKER_BUILDKIT" >>'${folder}/words'
`;
    try {
      writeFileSync(join(folder, "docker"), docker, { mode: 0o755 });
      const script = buildScript(owner, source, "x", secrets);
      const functions = `on_host() { [ -e '${folder}/words' ]; }\nwith_engine() { "$@"; }`;
      const { code, stderr } = await run("sh", ["-s", "apply"], {
        input: await resolved(scriptText({ ...script, functions })),
        env: { PATH: [folder, process.env["PATH"]].join(delimiter) },
      });
      const words =
        code === 0 ? readFileSync(join(folder, "words"), "utf8").trimEnd().split("\n") : [];
      return { code, stderr, words };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  test("hands BuildKit the paths of their files", async () => {
    const { words } = await build("  --secret stringArray   Secret to expose to the build");
    expect(words.filter((_, index) => words[index - 1] === "--secret")).toEqual([
      "id=npmrc,src=files/npmrc",
      "id=pip.conf,src=files/it's pip",
    ]);
    expect(words.at(-1)).toBe("1");
  });

  test("says so where there is no BuildKit, and builds nothing", async () => {
    const { code, stderr, words } = await build("ERROR: the buildx component is missing");
    expect(code, stderr).toBe(1);
    expect(stderr).toBe(
      "slipway:buildSecrets need BuildKit, and the docker command of this machine has none. " +
        "Install its buildx component (https://docs.docker.com/go/buildx/).\n",
    );
    expect(words).toEqual([]);
  });
});

test("an archive is known by the key of what is in it", async () => {
  const archive = { archive: "app.tar", loadedAs: "app:1", key: "abcdef012345" };
  expect(await referenceOf(archive)).toBe("slipway-test/app:abcdef012345");
});

describe("the name by which a stack keeps an image", () => {
  test("is its own, also for an image from a registry", () => {
    expect(markOf(owner, { reference: "registry.example/app:1" })).toMatch(
      /^slipway-test\/app:[0-9a-f]{12}$/,
    );
  });

  test("stays as it is when an image that it built before is named", () => {
    const reference = "slipway-test/app:0123456789ab";
    expect(markOf(owner, { reference })).toBe(reference);
    expect(markOf({ ...owner, stack: "other" }, { reference })).not.toBe(reference);
  });
});

describe("a pull", () => {
  const registry = { server: "r.example", username: "me", password: pulumi.secret("hush") };

  test("with a login keeps the password out of command lines, and nothing of it on the machine", () => {
    const { apply } = pullScript({ reference: "r.example/app:1" }, "mark", registry);
    expect(apply).toContain('printf %s "$PASSWORD" | docker login');
    expect(apply).toContain("trap 'rm -rf \"$DOCKER_CONFIG\"' EXIT");
  });

  test("of what only the engine ever had says so, and asks no registry", () => {
    const bin = mkdtempSync(join(tmpdir(), "slipway-pull-"));
    onTestFinished(() => rmSync(bin, { recursive: true }));
    writeFileSync(join(bin, "docker"), '#!/bin/sh\n[ "$1" != pull ] || echo PULLED >&2\nexit 1\n', {
      mode: 0o755,
    });
    const { apply } = pullScript(
      { reference: "slipway-test/app:1" },
      "slipway-test/app:1",
      undefined,
    );
    const { status, stderr } = spawnSync("sh", ["-eu"], {
      env: {
        PATH: `${bin}:${process.env["PATH"]}`,
        REFERENCE: "mark:1",
        MARK: "mark:1",
        SERVER: "",
      },
      input: apply,
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^mark:1 is no longer in the engine\. .* SLIPWAY_IMAGE/);
    expect(stderr).not.toContain("PULLED");
  });

  test("has no login where there is no registry in config", async () => {
    const { values } = pullScript({ reference: "app:1" }, "mark", undefined);
    expect(await resolved(pulumi.all(values))).toMatchObject({ SERVER: "", PASSWORD: "" });
  });
});

describe("dropping an image", () => {
  const drop = (names: string, containers = "") => {
    const folder = mkdtempSync(join(tmpdir(), "slipway-images-"));
    const docker = `#!/bin/sh
case "$1 $2" in
  "image inspect") case "$4" in *Id*) echo sha256:1 ;; *) printf '${names}' ;; esac ;;
  "ps --all") printf '${containers}' ;;
  "image rm") echo "$3" >>'${folder}/removed' ;;
esac
`;
    try {
      writeFileSync(join(folder, "removed"), "");
      writeFileSync(join(folder, "docker"), docker, { mode: 0o755 });
      execFileSync("sh", ["-eu"], {
        input: `${markFunctions(owner)}\ndrop_image slipway-test/app:1\n`,
        env: { PATH: [folder, process.env["PATH"]].join(delimiter) },
        stdio: ["pipe", "ignore", "inherit"],
      });
      return readFileSync(join(folder, "removed"), "utf8").trimEnd().split("\n");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  test("takes every name away where nobody else has a use for it", () => {
    expect(drop("slipway-test/app:1\\nr.example/app:1\\n")).toEqual([
      "slipway-test/app:1",
      "r.example/app:1",
    ]);
  });

  test("takes away one name alone where there is another mark, or a container", () => {
    expect(drop("slipway-test/app:1\\nslipway-test/app:2\\nr.example/app:1\\n")).toEqual([
      "slipway-test/app:1",
    ]);
    expect(drop("slipway-test/app:1\\nr.example/app:1\\nslipway-other/app:7\\n")).toEqual([
      "slipway-test/app:1",
    ]);
    expect(drop("slipway-test/app:1\\nr.example/app:1\\n", "c1")).toEqual(["slipway-test/app:1"]);
  });
});
