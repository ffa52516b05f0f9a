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
  expect(notRunning("dev", parts).split("\n")).toEqual([
    "Nginx does not run, so no client reaches the app (Restarting (1) 5 seconds ago). " +
      "Its log: ./slipway logs -s dev --of slipway-ingress-1",
    "slipway-process-1 does not run (Exited (1) 2 minutes ago). " +
      "Its log: ./slipway logs -s dev --of slipway-process-1",
    "",
  ]);
});
