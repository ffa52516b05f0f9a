// What SLIPWAY_SIMULATOR runs, in the end: asks the test, which answers on a socket, to do what the
// arguments say with the JSON of the standard input.

import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

const [socketPath = "", ...command] = process.argv.slice(2);
const path = `/${command.join("/")}`;
const inputs = await text(process.stdin);
const question = request({ socketPath, path, method: "POST" }).end(inputs);
const [answer]: IncomingMessage[] = await once(question, "response");
if (answer === undefined) throw new Error("The test did not answer.");
const isDone = answer.statusCode === 200;
(isDone ? process.stdout : process.stderr).write(await text(answer));
process.exitCode = isDone ? 0 : 1;
