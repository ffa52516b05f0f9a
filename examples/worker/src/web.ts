import { once } from "node:events";
import { createApp } from "./app.ts";
import { openDatabase } from "./database.ts";
import { readDatabaseUrl, readPort, readRelease } from "./env.ts";
import { enqueue, list } from "./queue.ts";
import { toldToStop } from "./told-to-stop.ts";

const JOBS_LISTED = 1000;

const port = readPort(process.env);
const sql = openDatabase(readDatabaseUrl(process.env), 5);
const stop = toldToStop();
const server = createApp(readRelease(process.env), {
  enqueue: (job) => enqueue(sql, job),
  list: () => list(sql, JOBS_LISTED),
});

server.listen(port, "0.0.0.0", () => console.log(`listening on ${port}`));
await once(stop, "abort");
// Requests under way are answered; connections on which none is are closed.
server.close();
await once(server, "close");
await sql.end({ timeout: 5 });
