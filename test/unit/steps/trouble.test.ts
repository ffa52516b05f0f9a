import { expect, test } from "vitest";
import { refusal, TroubleWatch } from "../../../steps/trouble.ts";

test("Pods that a quota has no room for are told from others, with what to type", () => {
  const message =
    'pods "web-1" is forbidden: exceeded quota: small, requested: pods=1, used: pods=3';
  const said = refusal("pods", message);
  expect(said).toContain(`The cluster refuses the pods: ${message}.`);
  expect(said).toContain("`kubectl edit resourcequota small`");
  expect(said).toContain("`pulumi config set` replicas, cpu or memory");
});

test("What else the API server says is passed on as it is", () => {
  expect(refusal("pod", "no such account")).toBe("The cluster refuses the pod: no such account");
});

test.each([
  [{ exitCode: 137, reason: "OOMKilled" }, "app", "`pulumi config set memory MIB`"],
  [{ exitCode: 1, message: "EROFS: read-only file system" }, "app", "set readOnlyRoot false`"],
  [{ exitCode: 1, message: "no such table" }, "app", "with exit code 1."],
  [{ exitCode: 137, reason: "OOMKilled" }, "database-proxy", "with exit code 137."],
])("An app that ends as %j does says which limit may be the reason", (terminated, name, end) => {
  const status = { name, ready: false, restartCount: 3, image: "", imageID: "" };
  const pods = [{ status: { containerStatuses: [{ ...status, lastState: { terminated } }] } }];
  const said = new TroubleWatch().troubleOf({}, pods);
  expect(said?.endsWith(`${end}${end.endsWith("`") ? "." : ""}`), said).toBe(true);
});
