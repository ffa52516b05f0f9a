import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../project.ts";
import { STATE_FOLDER } from "../tools.ts";

/** Runs whose earlier states stay: each has a copy of all that the stack has, in two folders. */
const KEPT = 50;

/** When a run was, in nanoseconds: `dev-1796093950332627835.history.json`, `dev.1796094050951083418.json`. */
const TIME = /[-.](\d{19})\./;

/** Removes what the engine keeps of the oldest runs of a stack whose state this clone has. */
export function trimHistory(stack: string, state = STATE_FOLDER): void {
  for (const kind of ["history", "backups"]) {
    const folder = join(state, ".pulumi", kind, PROJECT, stack);
    const files = existsSync(folder) ? readdirSync(folder) : [];
    const times = new Set(files.flatMap((name) => TIME.exec(name)?.[1] ?? []));
    const old = new Set([...times].sort().slice(0, -KEPT));
    for (const name of files) {
      if (old.has(TIME.exec(name)?.[1] ?? "")) rmSync(join(folder, name), { force: true });
    }
  }
}
