import { PassThrough, type Readable, type Writable } from "node:stream";
import { Exec, type KubeConfig, type V1Status } from "@kubernetes/client-node";

export interface InPod {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

interface Streams {
  /** Null where the command reads nothing. */
  readonly input: Readable | null;
  readonly output: Writable;
  readonly errors: Writable;
  /** Whether the other end is a terminal. */
  readonly tty?: boolean;
}

interface CommandEnd {
  readonly code: number;
  /** What the cluster says where it was not the command that failed. */
  readonly trouble?: string;
}

/** Runs a command in a container, to its end. */
export async function exec(
  config: KubeConfig,
  { namespace, pod, container }: InPod,
  command: string[],
  { input, output, errors, tty = false }: Streams,
): Promise<CommandEnd> {
  const { promise, resolve } = Promise.withResolvers<V1Status>();
  const socket = await new Exec(config).exec(
    ...[namespace, pod, container],
    command,
    output,
    errors,
    input,
    tty,
    resolve,
  );
  socket.on("close", () => resolve({ status: "Failure", message: "The connection was lost." }));
  const status = await promise;
  socket.close();
  return endOf(status);
}

/**
 * What a command in a container prints; fails when the command does.
 *
 * @param input is given to it; that this ends is not: the command has to know how much it is.
 */
export async function execPrinted(
  config: KubeConfig,
  where: InPod,
  command: string[],
  input?: Readable,
): Promise<string> {
  const output = new PassThrough();
  let printed = "";
  output.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const given = input?.pipe(new PassThrough(), { end: false }) ?? null;
  const streams = { input: given, output, errors: output };
  const { code, trouble } = await exec(config, where, command, streams);
  if (code !== 0) throw new Error(`${where.pod}: ${trouble ?? (printed || `exit code ${code}`)}`);
  return printed;
}

/** A script in a shell of a container, with the output of this process; @returns its exit code. */
export async function execShell(
  config: KubeConfig,
  where: InPod,
  shellArguments: readonly string[],
  script: string,
): Promise<number> {
  const input = new PassThrough();
  // The shell knows by itself where the script ends: it leaves when it has run it.
  input.write(`${script}\nexit $?\n`);
  const streams = { input, output: process.stdout, errors: process.stderr };
  const { code, trouble } = await exec(config, where, ["sh", ...shellArguments], streams);
  if (trouble !== undefined) process.stderr.write(`${where.pod}: ${trouble}\n`);
  return code;
}

function endOf({ status, details, message }: V1Status): CommandEnd {
  if (status === "Success") return { code: 0 };
  const code = details?.causes?.find(({ reason }) => reason === "ExitCode")?.message;
  return code === undefined
    ? { code: 1, trouble: message ?? "The cluster did not say how it ended." }
    : { code: Number(code) };
}
