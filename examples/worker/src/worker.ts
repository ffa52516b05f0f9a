import { openDatabase } from "./database.ts";
import { readDatabaseUrl, readRelease } from "./env.ts";
import { perform } from "./perform.ts";
import { workOne } from "./queue.ts";
import { repeat } from "./repeat.ts";
import { toldToStop } from "./told-to-stop.ts";

const WHEN_IDLE_MS = 300;

const { version } = readRelease(process.env);
const sql = openDatabase(readDatabaseUrl(process.env), 1);
const stop = toldToStop();

console.log(`worker ${version} is waiting for jobs`);
await repeat(
  async () => ((await workOne(sql, version, perform)) ? 0 : WHEN_IDLE_MS),
  stop,
  (error) => console.error("a job could not be taken or finished, it stays queued:", error),
);
await sql.end({ timeout: 5 });
