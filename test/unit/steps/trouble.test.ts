import { expect, test } from "vitest";
import { refusal } from "../../../steps/trouble.ts";

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
