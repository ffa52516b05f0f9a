import { PassThrough } from "node:stream";
import { Exec, type KubeConfig, type V1Status } from "@kubernetes/client-node";

export interface InPod {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** What a command in a container prints; fails when the command does. */
export async function execPrinted(
  config: KubeConfig,
  { namespace, pod, container }: InPod,
  command: string[],
): Promise<string> {
  const output = new PassThrough();
  let printed = "";
  output.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const { promise, resolve } = Promise.withResolvers<V1Status>();
  const socket = await new Exec(config).exec(
    ...[namespace, pod, container],
    command,
    output,
    output,
    null,
    false,
    resolve,
  );
  socket.on("close", () => resolve({ status: "Failure", message: "The connection was lost." }));
  const status = await promise;
  socket.close();
  if (exitCodeOf(status) !== 0) throw new Error(`${pod}: ${printed || status.message}`);
  return printed;
}

export function exitCodeOf({ status, details }: V1Status): number {
  if (status === "Success") return 0;
  const code = details?.causes?.find((cause) => cause.reason === "ExitCode")?.message;
  return Number(code ?? 1);
}
