/**
 * Asks a cluster whether it can take a stack, before anything is made there, with its arguments as JSON on
 * standard input. Says all that is wrong at once, each with the line to type.
 */
import { VersionApi } from "@kubernetes/client-node";
import { connect, reasonOf } from "./connection.ts";
import { CHECK_CLUSTER } from "./definitions.ts";
import { preflightProblems } from "./preflight.ts";
import { receive } from "./receive.ts";

/** How long the API server may take for an answer. */
const ANSWER_SECONDS = 12;

const { kubeconfig, ...wants } = await receive(CHECK_CLUSTER);
const message = await trouble();
if (message !== undefined) process.stderr.write(`${message}\n`);
// A question that is still open must not keep this waiting.
process.exit(message === undefined ? 0 : 1);

async function trouble(): Promise<string | undefined> {
  const { server, stack } = wants;
  try {
    const config = connect(kubeconfig);
    const version = await inTime(config.makeApiClient(VersionApi).getCode());
    const found = await inTime(preflightProblems(config, version, wants));
    if (found.length === 0) return undefined;
    const lines = found.map(
      ({ text, type }, index) => `  ${index + 1}. ${text}\n     ${type} -s ${stack}`,
    );
    return `The cluster at ${server} can't take the stack; nothing was done there.\n${lines.join("\n")}`;
  } catch (error) {
    return (
      `The cluster at ${server} did not answer as it should: ${reasonOf(error)}.\n` +
      "Nothing was done there. Another kubeconfig, if that is not where it is, or not who you are:\n" +
      `  pulumi config set --secret kubeconfig <FILE -s ${stack}`
    );
  }
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, fail) => {
    const why = new Error(`no answer in ${ANSWER_SECONDS} s`);
    setTimeout(() => fail(why), ANSWER_SECONDS * 1000);
  });
  return await Promise.race([answer, late]);
}
