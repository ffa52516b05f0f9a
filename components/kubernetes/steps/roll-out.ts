/**
 * The roll-out of a release, with its arguments as JSON on standard input: waits until the pods of the release
 * have replaced those before, asks from outside what answers, and records it. Where that fails, what the last
 * verified release was made from is put back. Prints the verified releases, newest first.
 */
import { text } from "node:stream/consumers";
import { connect } from "./connection.ts";
import { type RollOutArgs, RollOutAttempt } from "./roll-out-attempt.ts";

interface Call extends RollOutArgs {
  /** Path of the file. */
  readonly kubeconfig: string;
}

const call: Call = JSON.parse(await text(process.stdin));
const attempt = new RollOutAttempt(connect(call.kubeconfig), call);
process.exitCode = await attempt.run();
