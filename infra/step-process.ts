import { execFile } from "node:child_process";
import type { StepProcess } from "../components/kubernetes/step-process.ts";

/** The command's own words are the error's: what it runs says nothing to a user. */
export const runStep: StepProcess = ([program = "", ...args], input) =>
  new Promise((done, fail) => {
    const child = execFile(program, args, (error, _, said) => {
      if (error === null) done();
      else fail(new Error(said.trim() || error.message));
    });
    // One that ended before it had read all of it says why by its end.
    child.stdin?.on("error", () => {}).end(input);
  });
