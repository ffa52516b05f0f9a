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

/** A script in a shell of a container, with the output of this process; @returns its exit code. */
export async function execShell(
  config: KubeConfig,
  { namespace, pod, container }: InPod,
  shellArguments: readonly string[],
  script: string,
): Promise<number> {
  const input = new PassThrough();
  const { promise: ended, resolve } = Promise.withResolvers<V1Status>();
  const { stdout, stderr } = process;
  const socket = await new Exec(config).exec(
    ...[namespace, pod, container],
    ["sh", ...shellArguments],
    stdout,
    stderr,
    input,
    false,
    resolve,
  );
  socket.on("close", () => resolve({ status: "Failure", message: "The connection was lost." }));
  // The shell knows by itself where the script ends: it leaves when it has run it.
  input.write(`${script}\nexit $?\n`);
  const status = await ended;
  socket.close();
  if (status.details === undefined && status.message !== undefined) {
    stderr.write(`${pod}: ${status.message}\n`);
  }
  return exitCodeOf(status);
}

export function exitCodeOf({ status, details }: V1Status): number {
  if (status === "Success") return 0;
  const code = details?.causes?.find((cause) => cause.reason === "ExitCode")?.message;
  return Number(code ?? 1);
}
