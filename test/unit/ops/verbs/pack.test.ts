import { afterEach, expect, test, vi } from "vitest";
import { isBuilt } from "../../../../ops/verbs/pack.ts";

const [COMMIT, OTHER] = ["a".repeat(40), "b".repeat(40)] as [string, string];
const registryWith = (revision?: string) => ({
  find: async () =>
    revision === undefined ? undefined : { digest: "sha256:0", created: "", revision },
});

let said = "";
vi.spyOn(process.stderr, "write").mockImplementation((text) => {
  said += String(text);
  return true;
});
afterEach(() => {
  said = "";
});

test("a commit is built that has no image", async () => {
  expect(await isBuilt(registryWith(), COMMIT)).toBe(false);
  expect(await isBuilt(registryWith(COMMIT), COMMIT)).toBe(true);
  expect(said).toBe("");
});

test("an image that was given a commit's name is not taken for the commit's", async () => {
  expect(await isBuilt(registryWith(OTHER), COMMIT)).toBe(false);
  expect(said).toBe(
    `  ${COMMIT} names an image of ${OTHER} in the registry (sha256:0): it is built anew.\n`,
  );
  expect(await isBuilt(registryWith(""), COMMIT)).toBe(false);
  expect(said).toContain("an image of an unknown commit");
});
