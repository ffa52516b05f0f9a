import { once } from "node:events";
import { type Arguments, checkArguments, parseArguments } from "./arguments.ts";
import { boot } from "./boot.ts";
import { Log } from "./log.ts";

/** The release of the real controller that this one is like. */
const VERSION = "5.5.4";

console.log(`Stand-in for the NGINX Ingress Controller Version=${VERSION}`);
const { values, unhandled } = readArguments();
if (values.version) process.exit(0);
const log = new Log(values["log-format"], values["log-level"]);
try {
  if (unhandled.length > 0)
    log.warning(`Ignoring unhandled arguments: ${JSON.stringify(unhandled)}`);
  const problems = checkArguments(values);
  if (problems.length > 0) throw new Error(problems.join("; "));
  await serveUntilTold();
  log.info("Exiting successfully");
  process.exit(0);
} catch (error) {
  log.fatal(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

function readArguments(): { values: Arguments; unhandled: readonly string[] } {
  try {
    return parseArguments(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
}

async function serveUntilTold(): Promise<void> {
  const told = once(process, "SIGTERM");
  const stop = new AbortController();
  const { nginx, running } = await boot({ log, signal: stop.signal, values, version: VERSION });
  const ended = nginx.ended().then((how) => {
    if (!stop.signal.aborted)
      throw new Error(`nginx command exited unexpectedly with status: ${how}`);
  });
  await Promise.race([told, ended, running]);
  log.info("Received SIGTERM, shutting down");
  stop.abort();
  await nginx.quit();
}
