import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureOfflineImages, offlineImages } from "../../../offline/images/index.ts";
import { ROOT } from "../../../ops/project.ts";
import { chosenTools } from "../../../ops/tools.ts";

const IMAGE = "slipway-images-test/hadolint";

const dockerfiles = execFileSync("git", ["ls-files", "*Dockerfile"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter(Boolean);

beforeAll(async () => {
  const offline = chosenTools().images === "offline";
  const from = offline ? ["--build-arg", `PYTHON_IMAGE=${offlineImages.python}`] : [];
  if (offline) await ensureOfflineImages(() => undefined, undefined, [offlineImages.python]);
  docker("build", "--quiet", "--tag", IMAGE, ...from, import.meta.dirname);
}, 600_000);
// Its layers stay, for the next time.
afterAll(() => docker("image", "rm", "--no-prune", IMAGE));

test("hadolint has nothing against any Dockerfile of ours", () => {
  expect(dockerfiles).toContain("app/Dockerfile");
  expect(hadolint(dockerfiles)).toBe("");
});

test("It would say what is wrong with one", () => {
  expect(hadolint(["-"], "FROM debian\nRUN cd / && sudo ls\n")).toContain("DL3004");
});

test("What it is told to leave alone has its reason in the line above", () => {
  const unexplained = dockerfiles.flatMap((file) => {
    const lines = readFileSync(join(ROOT, file), "utf8").split("\n");
    return lines
      .map((line, index) => ({ line, above: lines[index - 1] ?? "" }))
      .filter(({ line, above }) => line.includes("hadolint ignore=") && !/^# \w.+\.$/.test(above))
      .map(({ line }) => `${file}: ${line}`);
  });
  expect(unexplained).toEqual([]);
});

/** What hadolint finds, a line for each. */
function hadolint(files: readonly string[], input = ""): string {
  const mounted = `--volume=${ROOT}:/project:ro`;
  const run = ["run", "--rm", "--interactive", "--network=none", mounted, IMAGE, "--no-color"];
  const { stdout, stderr } = spawnSync("docker", [...run, ...files], { input, encoding: "utf8" });
  return stdout + stderr;
}

function docker(...args: string[]): void {
  execFileSync("docker", args, { stdio: "pipe" });
}
