import { beforeEach, describe, expect, test, vi } from "vitest";
import { reviewName } from "../../../../ops/review/review-name.ts";
import { review } from "../../../../ops/verbs/review.ts";
import { sweep } from "../../../../ops/verbs/sweep.ts";

interface Known {
  readonly branch: string | undefined;
  /** What its config says of its database, once that is back from the backend. */
  readonly database?: string;
}

const backend = vi.hoisted(() => ({
  stacks: {} as Record<string, Known>,
  removed: [] as string[],
}));

vi.mock("../../../../ops/locks/free.ts", () => ({ freeStack: async () => {} }));
vi.mock("../../../../ops/up.ts", () => ({ destroyWithData: async () => 1 }));
vi.mock("../../../../ops/workspace.ts", () => ({
  stackNames: async () => Object.keys(backend.stacks),
  openStack: async (name: string) => {
    const { branch, database = "container" } = backend.stacks[name] as Known;
    const until = "2999-01-01T00:00:00Z";
    let config = {};
    return {
      name,
      outputs: async () => ({
        url: { value: "http://host" },
        ...(branch && { review: { value: { branch, until, like: "dev" } } }),
      }),
      exportStack: async () => ({ version: 3, deployment: {} }),
      refreshConfig: async () => {
        config = { "slipway:database": { value: database } };
      },
      getAllConfig: async () => config,
      workspace: { removeStack: async () => backend.removed.push(name) },
    };
  },
}));

let said = "";
beforeEach(() => {
  backend.stacks = {};
  backend.removed = [];
  said = "";
  vi.stubEnv("CI_COMMIT_REF_SLUG", "");
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += text;
    return true;
  });
});

const BRANCH = "fix/the-colour-of-the-basket-in-it";
const GIVEN = "review-fix-the-colour-of-the-basket-in-it";
const NAMES = {
  present: "review-fix-the-colour-of-the-b-b374124a",
  longer: `${GIVEN}-b374124a`,
  "of its slug": GIVEN,
};

describe("the stop of a review", () => {
  const stop = () => sweep.run(["-s", GIVEN, "--branch", BRANCH]);

  test.each(Object.entries(NAMES))("removes its stack by the %s name", async (_, name) => {
    backend.stacks = { dev: { branch: undefined }, [name]: { branch: BRANCH } };
    expect(await stop()).toBe(0);
    expect(backend.removed).toEqual([name]);
  });

  test("leaves that of another branch with the same slug", async () => {
    backend.stacks = { [GIVEN]: { branch: "fix-the-colour-of-the-basket-in-it" } };
    expect(await stop()).toBe(0);
    expect(backend.removed).toEqual([]);
    expect(said).toContain(`There is no stack ${NAMES.present} (any more).`);
  });

  test("of a stack that is named itself removes it, however long its name", async () => {
    backend.stacks = { [NAMES.longer]: { branch: BRANCH } };
    expect(await sweep.run(["-s", NAMES.longer])).toBe(0);
    expect(backend.removed).toEqual([NAMES.longer]);
  });

  test("of a stack that is named itself leaves the one that its shortened name is", async () => {
    const branch = GIVEN.replace("review-", "");
    const shortened = reviewName(GIVEN, branch).stack;
    backend.stacks = { [GIVEN]: { branch: "another" }, [shortened]: { branch } };
    expect(await sweep.run(["-s", GIVEN])).toBe(0);
    expect(backend.removed).toEqual([GIVEN]);
  });

  test.each([
    ["none", "is gone."],
    ["external", "is gone; its database, which is external, is as it was."],
    ["container", "is gone, and so is its data."],
  ])(
    "says what became of the data of a stack whose file is not here: %s",
    async (database, says) => {
      backend.stacks = { [NAMES.present]: { branch: BRANCH, database } };
      await stop();
      expect(said).toContain(`✓ ${NAMES.present} ${says}`);
    },
  );
});

test("a review is refused while the branch has a stack with a longer name, which has its host name", async () => {
  backend.stacks = { previews: { branch: undefined }, [NAMES.longer]: { branch: BRANCH } };
  const args = ["-s", GIVEN, "--branch", BRANCH, "--like", "previews", "--image", "app:1"];
  await expect(review.run(args)).rejects.toThrow(`\`./slipway sweep -s ${NAMES.longer}\``);
});
