import { expect, test, vi } from "vitest";
import { verbs } from "../../../../ops/verbs/index.ts";

const touched = vi.hoisted(() => vi.fn(() => Promise.reject(new Error("A stack was opened."))));
vi.mock("../../../../ops/workspace.ts", () => ({
  openStack: touched,
  makeStackLike: touched,
  stackNames: touched,
}));
vi.mock("../../../../ops/open-for-change.ts", () => ({ openForChange: touched }));

const VERSION = "letters, digits, `.`, `+`, `_` and `-`, at most 128";
const IMAGE =
  "the reference of an image, whose path is in lower case, or the path (./, ../ or /) of an archive";
const REVIEW = ["-s", "review-a", "--like", "dev"];

test.each([
  [
    "up",
    ["-s", "dev", "--image", "app:1", "--version", 'v1"x'],
    `--version is "v1"x"; it must be ${VERSION}.`,
  ],
  ["up", ["-s", "dev", "--image", "app:1 -v"], `--image is "app:1 -v"; it must be ${IMAGE}.`],
  ["preview", ["-s", "dev", "--image", 'a"b'], `--image is "a"b"; it must be ${IMAGE}.`],
  [
    "preview",
    ["-s", "dev", "--image", "app:1", "--version", "a b"],
    `--version is "a b"; it must be ${VERSION}.`,
  ],
  [
    "promote",
    ["-s", "prod", "--from", "dev", "--commit", "abcdef1", "--version", "release/1"],
    `--version is "release/1"; it must be ${VERSION}.`,
  ],
  [
    "promote",
    ["-s", "prod", "--from", "dev", "--commit", "HEAD"],
    '--commit is "HEAD"; it must be 7 to 64 hexadecimal digits.',
  ],
  [
    "review",
    [...REVIEW, "--branch", "a b", "--image", "app:1"],
    '--branch is "a b"; it must be the name of a branch.',
  ],
  [
    "review",
    [...REVIEW, "--branch", "a", "--image", "app 1"],
    `--image is "app 1"; it must be ${IMAGE}.`,
  ],
])(
  "%s refuses what can't be such a name before it opens a stack: %j",
  async (verb, args, message) => {
    await expect(verbs[verb]?.run(args)).rejects.toMatchObject({ message, exitCode: 2 });
    expect(touched).not.toHaveBeenCalled();
  },
);
