import { Transform } from "node:stream";
import { Log } from "@kubernetes/client-node";
import { noLogs } from "../no-logs.ts";
import type { LogOptions } from "../target.ts";
import { type Namespace, nameOf } from "./namespace.ts";

const APP_ROLES = ["web", "process"];

/** All at once, each line with its pod's name where there are several; @returns an exit code. */
export async function showLogs(
  stack: string,
  namespace: Namespace,
  { of, follow, lines }: LogOptions,
): Promise<number> {
  const all = await namespace.pods();
  const pods = all.filter((pod) =>
    of === undefined
      ? APP_ROLES.includes(pod.metadata?.labels?.["slipway.role"] ?? "")
      : nameOf(pod).includes(of),
  );
  if (pods.length === 0) throw noLogs(stack, "pod", of, all.map(nameOf));
  const log = new Log(namespace.config);
  await Promise.all(
    pods.map(async (pod) => {
      const name = nameOf(pod);
      const shown = named(pods.length === 1 ? "" : `${name}  `);
      shown.pipe(process.stdout, { end: false });
      const container = pod.spec?.containers[0]?.name ?? "";
      await log.log(namespace.name, name, container, shown, { follow, tailLines: lines });
      await new Promise((done) => shown.once("close", done).once("end", done));
    }),
  );
  return 0;
}

/** Puts a text before each line. */
function named(prefix: string): Transform {
  let rest = "";
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      done(null, lines.map((line) => `${prefix}${line}\n`).join(""));
    },
    flush(done) {
      done(null, rest === "" ? "" : `${prefix}${rest}\n`);
    },
  });
}
