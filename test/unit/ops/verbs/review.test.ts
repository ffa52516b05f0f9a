import { describe, expect, test } from "vitest";
import { refuseModel } from "../../../../ops/verbs/review.ts";

describe("the stack that a branch's stack is made like", () => {
  test("is none that the pipeline deploys: a branch would get what deploys it", () => {
    expect(() => refuseModel("dev", ["dev", "prod"])).toThrow(
      '--like is "dev": the pipeline deploys dev itself, and a branch would get its credentials.',
    );
    expect(() => refuseModel("dev", ["dev", "prod"])).toThrow("`./slipway init -s previews`");
  });

  test("is named by the team: there is none by default", () => {
    expect(() => refuseModel("none", ["dev", "prod"])).toThrow(
      '--like is "none": no stack is named as the model of review stacks.',
    );
  });

  test("is any other", () => {
    expect(() => refuseModel("previews", ["dev", "prod"])).not.toThrow();
    expect(() => refuseModel("dev", [])).not.toThrow();
  });
});
