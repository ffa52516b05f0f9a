import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { steadyScript } from "../../../../components/docker/app-process.ts";
import { healthScript } from "../../../../components/docker/web-app.ts";
import type { Script } from "../../../../components/machine/machine.ts";
import { scriptText } from "../../../../components/machine/script.ts";
import { resolved } from "../../resolved.ts";

const LIMITS = {
  cpu: undefined,
  memory: undefined,
  privileges: "limited",
  readOnlyRoot: false,
} as const;

const SCRIPTS: Readonly<Record<string, Script>> = {
  web: healthScript("web-1-abc", {
    owner: { project: "slipway", stack: "test" },
    askedFrom: "ingress",
    askedAs: { host: "shop.example", scheme: "https" },
    port: 3000,
    healthPath: "/readyz",
    healthSeconds: 1,
    ...LIMITS,
  }),
  process: steadyScript("worker-abc", { drainSeconds: 5, ...LIMITS }),
};

interface Engine {
  /** The state in which the container is. */
  readonly status: string;
  readonly exitCode: number;
  /** What the engine refuses the limit with, and how often. */
  readonly refusal: string;
  readonly refusals: number;
}

/** Runs the step as a machine does, with a client of an engine that says this. */
async function waitFor(script: Script, { status, exitCode, refusal, refusals }: Engine) {
  const folder = mkdtempSync(join(tmpdir(), "slipway-ends-"));
  const client = `#!/bin/sh
case "$1 $*" in
  update*)
    echo x >>'${folder}/limited'
    if [ "$(wc -l <'${folder}/limited')" -le ${refusals} ]; then echo "${refusal}" >&2; exit 1; fi ;;
  *State.ExitCode*) echo ${exitCode} ;;
  *State.StartedAt*) echo "${status} then" ;;
  *State.Status*) echo ${status} ;;
  *RestartCount*) echo 3 ;;
  logs*) echo "no DATABASE_URL" ;;
  exec*) exit 7 ;;
esac
`;
  try {
    writeFileSync(join(folder, "docker"), client, { mode: 0o755 });
    const { status: code, stderr } = spawnSync("sh", ["-s", "apply"], {
      input: await resolved(scriptText(script)),
      env: { PATH: [folder, process.env["PATH"]].join(delimiter) },
      encoding: "utf8",
    });
    const tries = readFileSync(join(folder, "limited"), "utf8").length / 2;
    return { code, stderr, tries };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const STOPPED = "cannot update a stopped container: unknown";

describe.each([
  ["web", "The app ended before it was healthy, with exit code 3."],
  ["process", "The process ended within 3 seconds, with exit code 3."],
])("%s that ends at once", (name, reason) => {
  const step = SCRIPTS[name] as Script;

  test("is said to have ended, with its exit code and log", async () => {
    const engine = { status: "restarting", exitCode: 3, refusal: STOPPED, refusals: 99 };
    const { code, stderr } = await waitFor(step, engine);
    expect(code).toBe(1);
    expect(stderr).toContain(reason);
    expect(stderr).toContain("no DATABASE_URL");
    expect(stderr).not.toContain(STOPPED);
  });

  test("is limited as soon as the engine has seen that", async () => {
    const engine = { status: "restarting", exitCode: 3, refusal: STOPPED, refusals: 2 };
    const { stderr, tries } = await waitFor(step, engine);
    expect([tries, stderr.includes(reason)]).toEqual([3, true]);
  });

  test("is not the reason for each refusal: what runs and can't be limited fails the step", async () => {
    const refusal = "Error response from daemon: pids cgroup is not mounted";
    const engine = { status: "running", exitCode: 0, refusal, refusals: 99 };
    const { code, stderr } = await waitFor(step, engine);
    expect([code, stderr.trim()]).toEqual([1, refusal]);
  });
});
