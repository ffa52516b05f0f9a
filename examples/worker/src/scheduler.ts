import { openDatabase } from "./database.ts";
import { readDatabaseUrl, readTickSeconds } from "./env.ts";
import { enqueueTick } from "./queue.ts";
import { repeat } from "./repeat.ts";
import { toldToStop } from "./told-to-stop.ts";

const everySeconds = readTickSeconds(process.env);
const sql = openDatabase(readDatabaseUrl(process.env), 1);
const stop = toldToStop();

console.log(`a tick every ${everySeconds} s`);
await repeat(
  async () => {
    const { enqueued, secondsToNext } = await enqueueTick(sql, everySeconds);
    if (enqueued) console.log("tick");
    return secondsToNext * 1000;
  },
  stop,
  (error) => console.error("the tick could not be enqueued:", error),
);
await sql.end({ timeout: 5 });
