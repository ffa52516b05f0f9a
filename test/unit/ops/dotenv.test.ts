import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeDotenv } from "../../../ops/dotenv.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-dotenv-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("each variable is a line", () => {
  const file = join(folder, "deploy.env");
  writeDotenv(file, { SLIPWAY_URL: "https://app.example", SLIPWAY_VERSION: "v1 = one" });
  expect(readFileSync(file, "utf8")).toBe(
    "SLIPWAY_URL=https://app.example\nSLIPWAY_VERSION=v1 = one\n",
  );
});

test.each(["v1\nSLIPWAY_IMAGE=evil.example/app", "v1\r\nA=1", "v1\0"])(
  "a value that would set another variable of the next jobs is refused: %j",
  (value) => {
    const file = join(folder, "deploy.env");
    expect(() => writeDotenv(file, { SLIPWAY_VERSION: value })).toThrow(
      "SLIPWAY_VERSION has a line break",
    );
    expect(existsSync(file)).toBe(false);
  },
);
