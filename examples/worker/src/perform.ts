import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Job } from "./job.ts";

/** The work itself, a stand-in for a mail to send or an image to scale: a digest, after a while. */
export async function perform({ text, seconds }: Job): Promise<string> {
  await wait(seconds * 1000);
  return createHash("sha256").update(text).digest("hex");
}
