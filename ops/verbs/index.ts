import { doctor } from "./doctor.ts";
import { drift } from "./drift.ts";
import { hook } from "./hook.ts";
import { init } from "./init.ts";
import { logs } from "./logs.ts";
import { maintenance } from "./maintenance.ts";
import { pack } from "./pack.ts";
import { preview } from "./preview.ts";
import { promote } from "./promote.ts";
import { pruneImages } from "./prune-images.ts";
import { psql } from "./psql.ts";
import { releases } from "./releases.ts";
import { review } from "./review.ts";
import { rollback } from "./rollback.ts";
import { rotate } from "./rotate.ts";
import { run } from "./run.ts";
import { status } from "./status.ts";
import { sweep } from "./sweep.ts";
import { unlock } from "./unlock.ts";
import { up } from "./up.ts";
import type { Verb } from "./verb.ts";

/** The commands on a stack, in the order of the help. */
export const verbs: readonly Verb[] = [
  ...[init, doctor],
  ...[preview, up, promote, rollback, rotate, pack, pruneImages, review, hook],
  ...[status, releases, logs, run, psql, maintenance, drift],
  ...[unlock, sweep],
];
