import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import {
  type AppConfinementArgs,
  appConfinement,
  confined,
  confinedOptions,
  confinementHints,
  limitProcesses,
  STEP,
} from "../../../../components/docker/confinement.ts";
import { deploy } from "../../../../stacks/index.ts";
import { madeBefore, named, type Recorded, record } from "../../recorder.ts";
import { BUILT, exampleSettings } from "../../stacks/example.ts";

const CONTAINER = "docker:index/container:Container";
const TLS = {
  kind: "acme",
  email: undefined,
  server: "https://acme.example/dir",
  serverCa: "PEM",
} as const;
const app = { memory: 256, processes: { worker: "work" } };

const recordStack = (more: Partial<ReturnType<typeof exampleSettings>["app"]> = {}) =>
  record(() =>
    deploy(
      exampleSettings({ app: { ...app, ...more }, ingress: { domain: "shop.example", tls: TLS } }),
      BUILT,
    ),
  );

const containers = (stack: readonly Recorded[]) => stack.filter(({ type }) => type === CONTAINER);

describe("a stack on a Docker host", () => {
  test("no container has all of root's rights, or can gain any", async () => {
    const all = containers(await recordStack());
    expect(all.map(({ name }) => name).sort()).toEqual(
      ["certificate", "database", "ingress", "process-worker", "web-1"].sort(),
    );
    for (const { name, inputs } of all) {
      expect(inputs, name).toMatchObject({
        capabilities: { drops: ["ALL"] },
        securityOpts: ["no-new-privileges"],
      });
      expect(inputs["privileged"], name).toBeUndefined();
    }
  });

  test("what is Slipway's own can't write to its root, and has a limit of memory", async () => {
    const stack = await recordStack();
    for (const name of ["certificate", "ingress"]) {
      expect(named(stack, name).inputs).toMatchObject({
        readOnly: true,
        memory: expect.any(Number),
      });
    }
    expect(named(stack, "database").inputs).toMatchObject({ readOnly: true });
  });

  test("nothing is uploaded to a root that can't be written to", async () => {
    for (const { name, inputs } of containers(await recordStack({ readOnlyRoot: true }))) {
      expect(inputs["readOnly"], name).toBe(true);
      const volumes = (inputs["volumes"] ?? []) as { containerPath: string }[];
      const folders = volumes.map(({ containerPath }) => `${containerPath}/`);
      for (const { file } of (inputs["uploads"] ?? []) as { file: string }[]) {
        expect(
          folders.filter((folder) => file.startsWith(folder)),
          file,
        ).toHaveLength(1);
      }
    }
  });

  test("each container has a limit of processes, the app's before it is asked whether it is healthy", async () => {
    const stack = await recordStack();
    const limits = stack.filter(({ inputs }) =>
      String(inputs["stdin"]).includes("docker update --pids-limit"),
    );
    const limited = limits.map(
      ({ inputs }) => /^CONTAINER='(.+)'$/m.exec(String(inputs["stdin"]))?.[1],
    );
    expect(limited.sort()).toEqual(
      containers(stack)
        .map(({ name }) => `auto-${name}`)
        .sort(),
    );
    expect(madeBefore(stack, "release-switched")).toContain("web-1-healthy");
  });

  test("what a step runs in a container of its own has these limits too", async () => {
    const texts = (await recordStack()).map(({ inputs }) => String(inputs["stdin"]));
    const runs = texts.flatMap((text) =>
      [...text.matchAll(/docker (?:run|create)(?:[^\n]*\\\n)*[^\n]*/g)].map(([run]) => run),
    );
    // A container that is never started, to copy files out of its image, is the only one without.
    const confinedRuns = runs.filter((run) => !run.includes("--entrypoint none"));
    expect(confinedRuns.length).toBeGreaterThan(2);
    for (const run of confinedRuns) {
      for (const option of [
        "--cap-drop ALL",
        "--security-opt no-new-privileges",
        "--pids-limit ",
      ]) {
        expect(run).toContain(option);
      }
    }
  });

  test("privileges docker, and a writable root, are Docker's own", async () => {
    const { inputs } = named(await recordStack({ privileges: "docker" }), "web-1");
    for (const key of ["capabilities", "securityOpts", "readOnly", "tmpfs"]) {
      expect(inputs[key]).toBeUndefined();
    }
  });
});

test("the plugin and the docker command are told the same", () => {
  expect(confined(STEP)).toEqual({
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges"],
    readOnly: true,
    tmpfs: { "/tmp": "rw,exec,nosuid,nodev,mode=1777" },
    memory: 256,
    memorySwap: 256,
  });
  expect(confinedOptions({ ...STEP, capabilities: ["CHOWN"], cores: "0.5" })).toBe(
    "--cap-drop ALL --cap-add CHOWN --security-opt no-new-privileges " +
      "--read-only --tmpfs /tmp:rw,exec,nosuid,nodev,mode=1777 --memory 256m --memory-swap 256m --cpus 0.5 " +
      "--pids-limit 256",
  );
  const free = {
    cpu: undefined,
    memory: undefined,
    privileges: "docker",
    readOnlyRoot: false,
  } as const;
  expect(confinedOptions(appConfinement(free))).toBe("");
});

describe("an app that fails says which limit may be the reason", () => {
  const limits: AppConfinementArgs = {
    cpu: undefined,
    memory: undefined,
    privileges: "limited",
    readOnlyRoot: true,
  };

  test.each([
    ["[emerg] chown() failed (1: Operation not permitted)", "set privileges docker"],
    ["sudo: effective uid is not 0, is sudo installed setuid root?", "set privileges docker"],
    ["Error: EROFS: read-only file system, open '/app/x'", "set readOnlyRoot false"],
    ["RuntimeError: can't start new thread", "2048 processes"],
    ["java.lang.OutOfMemoryError: unable to create native thread", "2048 processes"],
    ["sh: 1: Cannot fork: Resource temporarily unavailable", "2048 processes"],
  ])("%s", (log, hint) => {
    expect(hints(limits, log)).toContain(hint);
  });

  test("and says nothing of limits where they are not, or where the log speaks of something else", () => {
    expect(hints(limits, "Error: listen EADDRINUSE :::3000")).toBe("");
    const free = { ...limits, privileges: "docker", readOnlyRoot: false } as const;
    expect(hints(free, "Operation not permitted\nEROFS\nEAGAIN")).toBe("");
  });

  test("a container that was killed for its memory is known by the engine's events", () => {
    const docker = "docker() { case $1 in events) echo x ;; *) echo then ;; esac; }";
    expect(hints({ ...limits, memory: 64 }, "", docker)).toContain(
      "needed more than its 64 MiB. Give it more: pulumi config set memory MIB.",
    );
  });

  function hints(args: AppConfinementArgs, log: string, before = ""): string {
    const script = `${before}\nCONTAINER=web\n${confinementHints(args)}\nconfinement_hints 2>&1`;
    return execFileSync("sh", ["-euc", script], { input: log, encoding: "utf8" });
  }
});

test("A container without a limit of processes gets the engine's word for that", () => {
  const limits = { capabilities: undefined, writable: undefined, memory: undefined };
  const flags = (processes: number | undefined) =>
    /--pids-limit (\S+) /.exec(limitProcesses({ ...limits, processes }))?.[1];
  expect(flags(256)).toBe("256");
  expect(flags(undefined)).toBe("-1");
});
