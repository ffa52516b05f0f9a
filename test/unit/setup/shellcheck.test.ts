import { beforeEach, expect, test, vi } from "vitest";
import { UserError } from "../../../ops/user-error.ts";
import { checkScripts } from "../../../setup/shellcheck.ts";

/** What is installed, what apt does, and what shellcheck finds in a script. */
const machine = vi.hoisted(() => ({
  isInstalled: true,
  install: () => {},
  found: {} as Record<string, string>,
  checked: [] as string[][],
}));
vi.mock("../../../setup/run.ts", () => ({
  run: async (command: string, args: string[]) => {
    if (command === "git") return answer(0, "components/part.sh\nci/whole.sh\nslipway\n");
    if (args[0] === "--version") return answer(machine.isInstalled ? 0 : 127);
    machine.checked.push(args);
    const found = args.map((script) => machine.found[script] ?? "").join("");
    return answer(found === "" ? 0 : 1, found);
  },
}));
vi.mock("../../../setup/packages.ts", () => ({ installPackages: async () => machine.install() }));

const answer = (code: number, stdout = "") => ({ code, stdout, stderr: "" });

beforeEach(() => {
  Object.assign(machine, { isInstalled: true, install: () => {}, found: {}, checked: [] });
});

test("Parts of scripts are checked as what they are put into, others by their first line", async () => {
  expect(await checkScripts()).toBe(true);
  expect(machine.checked).toEqual([
    ["--format=gcc", "--shell=sh", "components/part.sh"],
    ["--format=gcc", "ci/whole.sh", "slipway"],
  ]);
});

test.each(["components/part.sh", "slipway"])(
  "A mistake in %s is shown, and fails",
  async (script) => {
    const shown = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    machine.found = { [script]: "a mistake\n" };
    expect(await checkScripts()).toBe(false);
    expect(shown).toHaveBeenCalledWith("a mistake\n");
    shown.mockRestore();
  },
);

test("It is installed where it is missing", async () => {
  machine.isInstalled = false;
  machine.install = () => {
    machine.isInstalled = true;
  };
  expect(await checkScripts()).toBe(true);
});

test("Where it can't be installed nothing was checked", async () => {
  machine.isInstalled = false;
  machine.install = () => {
    throw new UserError("no apt");
  };
  expect(await checkScripts()).toBeUndefined();
  expect(machine.checked).toEqual([]);
});
