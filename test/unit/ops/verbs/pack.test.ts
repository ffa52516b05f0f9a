import { afterEach, expect, test, vi } from "vitest";
import { trustOf } from "../../../../ops/pack/trust.ts";
import { builtAs } from "../../../../ops/verbs/pack.ts";

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
  expect(await builtAs(registryWith(), COMMIT)).toBeUndefined();
  expect(await builtAs(registryWith(COMMIT), COMMIT)).toBe("sha256:0");
  expect(said).toBe("");
});

test("an image that was given a commit's name is not taken for the commit's", async () => {
  expect(await builtAs(registryWith(OTHER), COMMIT)).toBeUndefined();
  expect(said).toBe(
    `  ${COMMIT} names an image of ${OTHER} in the registry (sha256:0): it is built anew.\n`,
  );
  expect(await builtAs(registryWith(""), COMMIT)).toBeUndefined();
  expect(said).toContain("an image of an unknown commit");
});

test.each([
  [{ CI_PIPELINE_ID: "7", CI_COMMIT_REF_PROTECTED: "true" }, "release"],
  [{ CI_PIPELINE_ID: "7", CI_COMMIT_REF_PROTECTED: "false" }, "branch"],
  [{ CI_COMMIT_REF_PROTECTED: "false" }, "branch"],
  [{ GITLAB_CI: "true" }, "branch"],
  [{ CI_COMMIT_TAG: "v1.0.0", CI_COMMIT_REF_PROTECTED: "true" }, "version"],
  // A laptop, or another CI: nobody says that it is no release.
  [{}, "release"],
])("with %j, an image is for a %s", (env, trust) => {
  expect(trustOf(env)).toBe(trust);
});
