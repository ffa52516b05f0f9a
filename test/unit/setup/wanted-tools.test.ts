import { expect, test } from "vitest";
import { UserError } from "../../../ops/user-error.ts";
import { readWantedTools } from "../../../setup/wanted-tools.ts";

test.each([
  ["official", { pulumi: "official", images: "official" }],
  ["offline", { pulumi: "offline", images: "offline" }],
  ["pulumi=official,images=offline", { pulumi: "official", images: "offline" }],
  ["images=official,pulumi=offline", { pulumi: "offline", images: "official" }],
])("%s asks for %j", (value, wanted) => {
  expect(readWantedTools(value)).toEqual(wanted);
});

test.each([
  "",
  "Official",
  "official,offline",
  "pulumi=official",
  "pulumi=official,images=",
  "pulumi=official,plugins=offline",
  "pulumi=official,images=offline,engine=offline",
  "pulumi=official=offline,images=offline",
])('"%s" is refused with what to type', (value) => {
  expect(() => readWantedTools(value)).toThrow(
    new UserError(
      `SLIPWAY_TOOLS is "${value}"; it must be "official", "offline", or one of them for each, as ` +
        '"pulumi=official,images=offline".',
    ),
  );
});
