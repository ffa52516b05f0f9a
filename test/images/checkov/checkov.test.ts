import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ensureOfflineImages, offlineImages } from "../../../offline/images/index.ts";
import { ROOT } from "../../../ops/project.ts";
import { chosenTools } from "../../../ops/tools.ts";
import { checkovOfDockerfiles } from "../../cluster/checkers/checkov.ts";
import type { Exception } from "../../cluster/checkers/exceptions.ts";

/** What checkov would have otherwise, and why it stays as it is. */
const EXCEPTIONS: readonly Exception[] = [
  {
    check: "CKV_DOCKER_2", // A HEALTHCHECK.
    of: /^(app|examples)\//,
    because: "Slipway asks healthPath itself, from where the requests come, on both targets.",
  },
  {
    check: "CKV_DOCKER_2",
    of: /^(offline|test)\//,
    because: "The images that these stand in for have none, and what ends by itself needs none.",
  },
  {
    check: "CKV_DOCKER_3", // A user.
    of: /^offline\/images\/(debian|lego|nginx|node|postgres|python)\//,
    because:
      "As the official images, which start as root and leave it, or leave it to who builds on them.",
  },
  {
    check: "CKV_DOCKER_3",
    of: /^(offline\/testing\/cluster\/node|test)\//,
    because: "A machine of a test, whose init is root, or a tool that reads files and ends.",
  },
  {
    check: "CKV_DOCKER_4", // COPY in the place of ADD.
    of: /^offline\/images\/debian\//,
    because: "ADD unpacks the archive of the base; COPY would not.",
  },
  {
    check: "CKV_DOCKER_7", // A tag that is no version.
    of: /./,
    because:
      "checkov does not see into ARG, where the version is, by which a machine without Docker Hub names another.",
  },
];

const dockerfiles = execFileSync("git", ["ls-files", "*Dockerfile"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter(Boolean);

beforeAll(async () => {
  if (chosenTools().images !== "offline") return;
  await ensureOfflineImages(() => undefined, undefined, [offlineImages.python]);
}, 600_000);

test("checkov finds nothing in a Dockerfile but what has a reason, and no reason is without what it is for", () => {
  expect(dockerfiles).toContain("app/Dockerfile");
  const { failed, passed } = checkovOfDockerfiles(ROOT, dockerfiles);
  const reasons = failed.map(({ check, object }) =>
    EXCEPTIONS.find((exception) => exception.check === check && exception.of.test(object)),
  );
  expect(failed.filter((_, index) => reasons[index] === undefined)).toEqual([]);
  expect(EXCEPTIONS.filter((exception) => !reasons.includes(exception))).toEqual([]);
  expect(passed).toBeGreaterThan(100);
}, 300_000);

test("It would say what is wrong with one", () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-checkov-"));
  try {
    writeFileSync(
      join(folder, "Dockerfile"),
      "FROM debian:13\nEXPOSE 22\nRUN sudo ls\nUSER root\n",
    );
    const { failed } = checkovOfDockerfiles(folder, ["Dockerfile"]);
    expect(failed.map(({ check }) => check)).toEqual(
      expect.arrayContaining(["CKV_DOCKER_1", "CKV_DOCKER_8"]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 300_000);
