import { expect, test } from "vitest";
import { notRunning } from "../../../../ops/verbs/not-running.ts";

const part = (role: string, state: string, isRunning: boolean) => ({
  ...{ role, name: `slipway-${role}-1`, version: "", state, isRunning },
});

test("what does not run is said in words, with the line that shows why", () => {
  const parts = [
    part("ingress", "Restarting (1) 5 seconds ago", false),
    part("process", "Exited (1) 2 minutes ago", false),
    part("web", "Up 3 minutes", true),
  ];
  expect(notRunning("dev", parts, new Set()).split("\n")).toEqual([
    "Nginx does not run, so no client reaches the app (Restarting (1) 5 seconds ago). " +
      "Its log: ./slipway logs -s dev --of slipway-ingress-1",
    "slipway-process-1 does not run (Exited (1) 2 minutes ago). " +
      "Its log: ./slipway logs -s dev --of slipway-process-1",
    "",
  ]);
});

test("what a failed release has left is no trouble of the live one, and said to be left", () => {
  const parts = [part("web", "Exited (0) 2 minutes ago", false)];
  expect(notRunning("dev", parts, new Set(["slipway-web-1"]))).toBe(
    "slipway-web-1 is left by a failed release, and the next release removes it " +
      "(Exited (0) 2 minutes ago). Its log: ./slipway logs -s dev --of slipway-web-1\n",
  );
});
