import type { StackFacts, World } from "../../../../ops/doctor/check.ts";
import type { OutsideResult } from "../../../../ops/outside.ts";
import { defaults } from "../../infra/config.ts";

/** What a command of somebody else's answers; by the words that its line begins with. */
export type Answers = Readonly<Record<string, Partial<OutsideResult>>>;

const SECRETS = { databasePassword: "a password", appSecret: "a".repeat(32) };

/** A stack whose config is the defaults, its secrets, and these values. */
export function stackWith(values: Readonly<Record<string, string>> = {}): StackFacts {
  return {
    name: "dev",
    settings: { ...defaults, ...SECRETS, ...values },
    secrets: Object.keys(SECRETS),
    isLocal: true,
  };
}

/** A machine where all is well, but for these. */
export function worldWith(answers: Answers = {}, change: Partial<World> = {}): World {
  return {
    env: {},
    run: async (command, args) => {
      const line = [command, ...args].join(" ");
      const [, answer = {}] =
        Object.entries(answers).find(([start]) => line.startsWith(start)) ?? [];
      return { code: 0, stdout: "", stderr: "", ...answer };
    },
    nodeVersion: "24.21.0",
    freeMiB: async () => 50_000,
    isPortFree: async () => true,
    fetch: async () => {
      throw new Error("no network");
    },
    certificateAt: async () => undefined,
    now: () => Date.parse("2026-11-27T08:00:00Z"),
    stack: undefined,
    ...change,
  };
}
