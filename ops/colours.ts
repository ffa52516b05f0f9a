import { stdout } from "node:process";

/** Whether what goes to the standard output may be coloured: on a screen, and unless `NO_COLOR` is set. */
export const isColoured = () => stdout.isTTY === true && !process.env["NO_COLOR"];

/** `--no-color`: for this process and for those that it starts. */
export function forgoColours(): void {
  process.env["NO_COLOR"] = "1";
}
