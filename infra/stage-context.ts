import { resolve } from "node:path";
import { copyContext, readBuildContext } from "./build-context.ts";

// The step that builds runs this: it copies what is sent to the builder from the folder of the first
// argument, with the Dockerfile of the second, to the folder of the third; and prints what git ignores.
const [folder = "", dockerfile = "", target = ""] = process.argv.slice(2);
const context = readBuildContext(resolve(folder), dockerfile);
copyContext(resolve(folder), context, resolve(target));
process.stdout.write(`${context.leftOut.slice(0, 10).join(" ")}\n`);
