/**
 * The roll-out of a release, with its arguments as JSON on standard input: waits until the pods of the release
 * have replaced those before, asks from outside what answers, and records it. Where that fails, what the last
 * verified release was made from is put back. Prints the verified releases, newest first.
 */
import { connect } from "./connection.ts";
import { ROLL_OUT } from "./definitions.ts";
import { receive } from "./receive.ts";
import { RollOutAttempt } from "./roll-out-attempt.ts";

const call = await receive(ROLL_OUT);
const attempt = new RollOutAttempt(connect(call.kubeconfig), call);
process.exitCode = await attempt.run();
