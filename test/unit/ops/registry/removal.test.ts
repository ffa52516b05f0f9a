import { expect, test } from "vitest";
import { removeUnlessNamed } from "../../../../ops/registry/removal.ts";

const [OLD, NEW] = ["sha256:0", "sha256:1"] as const;

function repositoryWith(images: Readonly<Record<string, string>>) {
  const removed: string[] = [];
  return {
    removed,
    tags: async () => Object.keys(images),
    digestOf: async (tag: string) => images[tag],
    remove: async (digest: string) => void removed.push(digest),
  };
}

const judged = { digest: OLD, tags: ["abc", "feature"], created: "" };

test("an image goes that has the names that it had, or fewer: a branch may have gone on", async () => {
  for (const images of [{ abc: OLD, feature: OLD, latest: NEW }, { abc: OLD, feature: NEW }, {}]) {
    const repository = repositoryWith(images);
    expect(await removeUnlessNamed(repository, judged)).toEqual([]);
    expect(repository.removed).toEqual([OLD]);
  }
});

test("one that was given a name since it was judged stays", async () => {
  const repository = repositoryWith({ abc: OLD, latest: NEW, "v1.2.3": OLD });
  expect(await removeUnlessNamed(repository, judged)).toEqual(["v1.2.3"]);
  expect(repository.removed).toEqual([]);
});
