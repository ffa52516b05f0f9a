import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Clone } from "../clone.ts";

const APP = "app/src/app.ts";
const LAST_LINE = "  return app;\n";

/** Gives a clone's sample app a route whose answer takes 5 seconds. */
export function addSlowRoute(clone: Clone): void {
  const text = readFileSync(join(clone.folder, APP), "utf8");
  if (!text.includes(LAST_LINE)) throw new Error(`${APP} has no line "${LAST_LINE.trim()}".`);
  clone.write(APP, text.replace(LAST_LINE, `${ROUTE}${LAST_LINE}`));
}

const ROUTE = `  app.get("/slow", async () => {
    await new Promise((done) => setTimeout(done, 5000));
    return parts.release;
  });
`;
