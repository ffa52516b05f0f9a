import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { ask } from "../../../ops/ask.ts";
import { UserError } from "../../../ops/user-error.ts";

/** A terminal at which this is typed. */
function typing(text: string, end = false) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  Object.assign(output, { isTTY: true });
  let shown = "";
  output.on("data", (chunk) => {
    shown += String(chunk);
  });
  input.write(text);
  if (end) input.end();
  return { tty: { input, output }, shown: () => shown };
}

test("An answer is what was typed, without space around it", async () => {
  const { tty, shown } = typing("  droplet \r\n");
  expect(await ask("Which host? ", tty)).toBe("droplet");
  expect(shown()).toContain("Which host? ");
});

test.each([
  ["Ctrl-C", "\u0003", false],
  ["the end of what is typed", "", true],
])("%s at a question ends with 130 and one line", async (_, text, end) => {
  const { tty, shown } = typing(text, end);
  const error = await ask("Which host? ", tty).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ exitCode: 130, message: "It was interrupted at a question." });
  expect(shown().endsWith("\n")).toBe(true);
});
