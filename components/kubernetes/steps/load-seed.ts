/**
 * Loads the seed of a database into it, in the container of its server, unless it has something already. Its
 * arguments come as JSON on standard input.
 */
import { createReadStream } from "node:fs";
import { LOAD_SEED, WANTS_SEED } from "../../postgres/seed.ts";
import { connect } from "./connection.ts";
import { SEED_DATABASE } from "./definitions.ts";
import { execPrinted } from "./exec.ts";
import { receive } from "./receive.ts";

const { kubeconfig, file, words, ...where } = await receive(SEED_DATABASE);
const config = connect(kubeconfig);
const script = (one: string) => ["sh", "-euc", one, "sh", ...words];

try {
  const wants = await execPrinted(config, where, script(WANTS_SEED));
  if (wants.trim() === "yes") {
    await execPrinted(config, where, script(LOAD_SEED), createReadStream(file));
  }
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
