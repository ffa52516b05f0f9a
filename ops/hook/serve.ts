import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { say } from "../progress.ts";
import { UserError } from "../user-error.ts";
import { awaitWorker, deployer } from "./deployment.ts";
import { Journal } from "./journal.ts";
import { Queue } from "./queue.ts";
import { hookServer, PATH, takeEvents } from "./server.ts";
import type { HookSettings } from "./settings.ts";

/** Serves until it is told to end; what is then under way is left in order, for the next one. */
export async function serve(settings: HookSettings): Promise<number> {
  const server = hookServer();
  const ended = new Promise<number>((done) => {
    process.once("SIGTERM", () => done(0));
    process.once("SIGINT", () => done(130));
  });
  await new Promise<void>((done, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      fail(
        new UserError(
          error.code === "EADDRINUSE"
            ? `${settings.host}:${settings.port} is taken by another program. Choose another ` +
                "`listen` in the hook's config."
            : `${settings.host}:${settings.port}: ${error.message}`,
          1,
        ),
      ),
    );
    server.listen(settings.port, settings.host, done);
  });
  // Only now: a server that is refused its port must not touch the journal of the one that has it.
  const journal = openJournal(settings.journal, server);
  const queue = new Queue(journal, deployer(settings), awaitWorker);
  takeEvents(server, { settings, journal, queue });
  const { address, port } = server.address() as AddressInfo;
  say(`Waiting for pipelines of ${settings.project} at http://${address}:${port}${PATH}`);
  queue.resume();

  const code = await ended;
  say("Stopping: no more events are accepted, and the running deployment ends in order.");
  server.close();
  server.closeIdleConnections();
  await queue.stop();
  server.closeAllConnections();
  journal.close();
  return code;
}

function openJournal(folder: string, server: Server): Journal {
  try {
    return new Journal(folder);
  } catch (error) {
    server.close();
    throw new UserError(`The journal in ${folder} can't be used: ${(error as Error).message}`, 1);
  }
}
