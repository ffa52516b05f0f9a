import { expect, test } from "vitest";
import { refuseOtherTarget } from "../../../infra/same-target.ts";

test.each([
  ["kubernetes", "docker"],
  ["docker", "kubernetes"],
] as const)(
  "A stack that is on %s does not go to %s in place, and is told what to type",
  (last, target) => {
    const refused = () => refuseOtherTarget({ target, stack: "dev" }, last);
    expect(refused).toThrow(`slipway:target is "${target}", and stack "dev" is on "${last}"`);
    expect(refused).toThrow(`\`pulumi config set target ${last} -s dev\``);
    expect(refused).toThrow("docs/runbook.md");
    expect(refused).toThrow("`./slipway destroy -s dev --data` first");
  },
);

test.each([undefined, "docker"])(
  "A stack of which the last run says %s may go to docker",
  (last) => {
    expect(() => refuseOtherTarget({ target: "docker", stack: "dev" }, last)).not.toThrow();
  },
);
