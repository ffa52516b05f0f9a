import { expect, test } from "vitest";
import { LOCAL_STACK } from "../../../../ops/project.ts";
import { releasedTo, type Stacks } from "../../../../ops/registry/released.ts";

const outputs = (image: string) => ({
  image: { value: image },
  releases: { value: [{ image }, { image: `${image}-before` }] },
});

function stacksWith(names: string[][], gone: readonly string[] = []): Stacks {
  return {
    names: async () => names.shift() ?? [],
    outputs: async (name) => {
      if (gone.includes(name)) throw new Error(`There is no stack ${name}.`);
      return outputs(`of-${name}`);
    },
  };
}

test("review stacks are asked too, though nobody names them, and each stack once", async () => {
  const released = await releasedTo(["dev"], stacksWith([["dev", "review-login"]]));
  expect(new Set(released)).toEqual(
    new Set(["of-dev", "of-dev-before", "of-review-login", "of-review-login-before"]),
  );
  expect(released).toHaveLength(6);
});

test("one that a sweep removes meanwhile needs nothing; one that can't be asked stops it all", async () => {
  const both = ["dev", "review-login"];
  const swept = await releasedTo(["dev"], stacksWith([both, ["dev"]], ["review-login"]));
  expect(swept).not.toContain("of-review-login");
  const closed = releasedTo(["dev"], stacksWith([both, both], ["review-login"]));
  await expect(closed).rejects.toThrow("There is no stack review-login.");
  await expect(releasedTo(["nobody"], stacksWith([[], []], ["nobody"]))).rejects.toThrow("nobody");
});

test("the local stack is nowhere where there are others", async () => {
  const nobody: Stacks = {
    ...stacksWith([]),
    names: async () => {
      throw new Error("not logged in");
    },
  };
  expect(await releasedTo([LOCAL_STACK], nobody)).toContain(`of-${LOCAL_STACK}`);
});
