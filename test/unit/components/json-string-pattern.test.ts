import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonStringPattern } from "../../../components/json-string-pattern.ts";

const IMAGE = "registry.example:5000/shop/app_1@sha256:0a1b";
const pattern = new RegExp(jsonStringPattern(IMAGE));

/** As the step on a machine asks it. */
const grep = (answer: string) =>
  spawnSync("grep", ["-qaE", "-e", jsonStringPattern(IMAGE)], { input: answer }).status === 0;

test("A string is found however its characters are escaped, as PHP and others do", () => {
  const spelling = (character: string) =>
    fc.constantFrom(
      character,
      `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
      `\\u${character.charCodeAt(0).toString(16).padStart(4, "0").toUpperCase()}`,
      ...(character === "/" ? ["\\/"] : []),
    );
  fc.assert(
    fc.property(fc.tuple(...[...IMAGE].map(spelling)), (spelled) => {
      const answer = `{"version":"1","image":"${spelled.join("")}"}`;
      expect(JSON.parse(answer).image).toBe(IMAGE);
      expect(pattern.test(answer)).toBe(true);
    }),
  );
});

test.each([
  ["as it is", `{"image":"${IMAGE}"}`, true],
  ["with PHP's slashes", `{"image":"${IMAGE.replaceAll("/", "\\/")}"}`, true],
  ["over several lines", `{\n  "image": "${IMAGE}"\n}\n`, true],
  ["the answer itself", `"${IMAGE}"`, true],
  ["in a page", `<meta content="${IMAGE}">`, true],
  ["longer", `{"image":"${IMAGE}0"}`, false],
  ["the end of another", `{"image":"x${IMAGE}"}`, false],
  ["within a string, behind an escaped quote", `{"text":"say \\"${IMAGE}\\""}`, false],
  ["at the end of a string", `{"text":"say \\"${IMAGE}"}`, false],
  ["another character for a dot", `{"image":"${IMAGE.replace(".", "x")}"}`, false],
  ["without quotes", IMAGE, false],
])("%s: JavaScript and grep agree", (_, answer, isFound) => {
  expect([pattern.test(answer), grep(answer)]).toEqual([isFound, isFound]);
});
