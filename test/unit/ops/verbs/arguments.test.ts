import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { choose, verbs } from "../../../../setup/program.ts";

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
    await expect(verbs.find(({ name }) => name === verb)?.run(args)).rejects.toMatchObject({
      message,
      exitCode: 2,
    });
    expect(touched).not.toHaveBeenCalled();
  },
);

test.each([
  [["up", "-s", "dev", "--imge", "app:1"], "Unknown option '--imge'. Did you mean --image?"],
  [["up", "-s", "--force"], '--stack needs a value, and "--force" looks like an option.'],
  [["up", "-s", ""], "--stack is empty."],
  [["sweep", "-s", ""], "--stack is empty."],
  [["destroy", "--data", "-s", ""], "--stack is empty."],
  [["up", "-s", "dev", "--lock-wait", "soon"], '--lock-wait is "soon"; it must be a whole number'],
  [["status", "-s", "dev", "now"], "Too many arguments for 'status'."],
  [
    ["maintenance", "-s", "dev", "onn"],
    'The state is "onn"; it must be on or off. Did you mean on?',
  ],
  [["rotate", "-s", "dev", "appsecret"], "Did you mean appSecret?"],
  [["test", "unti"], "Did you mean unit?"],
  [["promote", "-s", "dev", "--from", "dev", "--commit", "abcdef1"], "can't be promoted to itself"],
  [["review", ...REVIEW, "--branch", "a", "--image", "a:1", "--ttl", "long"], '--ttl is "long"'],
  [["run", "-s", "dev"], "Missing required argument 'command'."],
  [["prune-images"], "Which stacks use this registry?"],
  [["strat"], 'There is no command "strat". Did you mean start?'],
  [["help", "strat"], 'There is no command "strat". Did you mean start?'],
  [["strat", "--help"], 'There is no command "strat". Did you mean start?'],
  [["nothing-like-it"], 'There is no command "nothing-like-it". `./slipway --help` lists them.'],
])("%j is refused when its arguments are read", (args, message) => {
  expect(() => choose(args)).toThrow(message);
  expect(touched).not.toHaveBeenCalled();
});

test("an empty value of a pipeline's variable is as good as none, and the next arguments begin anew", () => {
  const up = verbs.find(({ name }) => name === "up");
  const empty = ["--image", "", "--version", "", "--commit", "", "--sequence", "", "--dotenv", ""];
  expect(() => up?.parse(["-s", "dev", ...empty])).not.toThrow();
  expect(() => up?.parse(["-s", "dev", "--image", "app:1", "--version", "v1"])).not.toThrow();
  expect(() => up?.parse(["-s", "dev", "--version", "v1"])).toThrow("which is missing");
  expect(() => up?.parse([])).toThrow("Which stack?");
});

describe("help", () => {
  let printed = "";
  beforeEach(() => {
    printed = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  });
  afterEach(() => vi.restoreAllMocks());

  test.each([[[]], [["-h"]], [["--help"]], [["help"]]])("%j lists all commands", (args) => {
    expect(choose(args)).toBeUndefined();
    for (const { name } of verbs) expect(printed).toContain(`\n  ${name} `);
    expect(printed).toContain("Exit codes: 0 done");
  });

  test.each(verbs.filter(({ name }) => name !== "pulumi").map(({ name }) => name))(
    "%s explains itself and each of its options",
    (name) => {
      expect(choose(["help", name])).toBeUndefined();
      const helped = printed;
      printed = "";
      expect(choose([name, "--help"])).toBeUndefined();
      expect(printed).toBe(helped);
      expect(printed).toContain(`Usage: ./slipway ${name} [options]`);
      const { options, registeredArguments } = verbs.find((verb) => verb.name === name)
        ?.command ?? {
        options: [],
        registeredArguments: [],
      };
      for (const { long, description } of options) {
        expect(printed).toContain(`${long}`);
        expect(description).toMatch(/^\S.*\.$/);
      }
      for (const { description } of registeredArguments) expect(description).toMatch(/^\S.*\.$/);
    },
  );

  test("--version is the package's", () => {
    expect(choose(["--version"])).toBeUndefined();
    expect(printed).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

test("what pulumi takes is handed on as it was typed", () => {
  for (const args of [
    ["--help"],
    ["preview", "-s", "dev", "--diff"],
    ["--version"],
    ["-h", "up"],
  ]) {
    choose(["pulumi", ...args]);
    expect(verbs.find(({ name }) => name === "pulumi")?.command.processedArgs).toEqual([args]);
  }
});

test("after --, options are the command's that is run", () => {
  choose(["run", "-s", "dev", "--", "ls", "--help", "-s", "x"]);
  const run = verbs.find(({ name }) => name === "run")?.command;
  expect(run?.opts()).toMatchObject({ stack: "dev" });
  expect(run?.processedArgs).toEqual([["ls", "--help", "-s", "x"]]);
});

test("--no-color is NO_COLOR, before a command and after it", () => {
  for (const args of [
    ["--no-color", "status", "-s", "dev"],
    ["status", "-s", "dev", "--no-color"],
  ]) {
    vi.stubEnv("NO_COLOR", "");
    choose(args);
    expect(process.env["NO_COLOR"]).toBe("1");
    vi.unstubAllEnvs();
  }
});
