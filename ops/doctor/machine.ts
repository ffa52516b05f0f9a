import { lastWords } from "../outside.ts";
import { ROOT } from "../project.ts";
import { type Check, none, ok, wrong } from "./check.ts";

const OLDEST_NODE = 24;
const NEEDED_MIB = 3072;

export const node: Check = {
  name: "Node",
  async run({ nodeVersion }) {
    return Number(nodeVersion.split(".")[0]) >= OLDEST_NODE
      ? ok(nodeVersion)
      : wrong(`${nodeVersion} is older than ${OLDEST_NODE}`, "npm start");
  },
};

export const git: Check = {
  name: "git",
  async run({ run }) {
    const result = await run("git", ["-C", ROOT, "rev-parse", "--short", "HEAD"]);
    if (result.code === 127) return wrong("is not there", "apt-get install git");
    return result.code === 0
      ? ok(`this clone is at ${result.stdout.trim()}`)
      : wrong(
          `names no commit here: ${lastWords(result)}`,
          "git commit, or clone Slipway instead of copying it",
        );
  },
};

export const disk: Check = {
  name: "disk",
  async run({ freeMiB, env }) {
    const needed = Number(env["SLIPWAY_MIN_FREE_MIB"] ?? NEEDED_MIB);
    const free = await freeMiB(ROOT);
    return free >= needed
      ? ok(`${free} MiB free`)
      : wrong(`${free} MiB free of ${needed} that are needed`, "docker system df");
  },
};

/** A certificate, or a token of a cloud, is not good by a clock that is so far off. */
const SKEW_SECONDS = 120;

export const clock: Check = {
  name: "clock",
  async run({ fetch, now, env }) {
    const url = env["CI_API_V4_URL"] ?? "https://gitlab.com/api/v4";
    const answer = await fetch(`${url}/version`).catch(() => undefined);
    const date = Date.parse(answer?.headers.get("date") ?? "");
    if (Number.isNaN(date)) return none("no network to compare it with");
    const off = Math.round(Math.abs(now() - date) / 1000);
    return off <= SKEW_SECONDS
      ? ok(`within ${SKEW_SECONDS} s of ${new URL(url).host}`)
      : wrong(`${off} s away from ${new URL(url).host}`, "timedatectl set-ntp true");
  },
};
