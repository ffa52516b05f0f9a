import { PassThrough } from "node:stream";
import { Attach, type KubeConfig } from "@kubernetes/client-node";
import { exec, type InPod } from "../../../components/kubernetes/steps/exec.ts";
import { UserError } from "../../user-error.ts";

/** Runs a command in a container with this terminal, or this input and output; @returns its exit code. */
export async function execHere(
  config: KubeConfig,
  where: InPod,
  command: string[],
): Promise<number> {
  const { stdout: output, stderr: errors } = process;
  const { code, trouble } = await withTerminal((input, tty) =>
    exec(config, where, command, { input, output, errors, tty }),
  );
  if (trouble !== undefined) throw new UserError(`${where.pod}: ${trouble}`, 1);
  return code;
}

/** Gives what a container reads and prints to this terminal, until it ends. */
export async function attachHere(
  config: KubeConfig,
  { namespace, pod, container }: InPod,
  first: string,
): Promise<void> {
  await withTerminal(async (input, tty) => {
    const attached = new PassThrough();
    attached.write(first);
    const ended = Promise.withResolvers<void>();
    const socket = await new Attach(config).attach(
      ...[namespace, pod, container],
      process.stdout,
      tty ? null : process.stderr,
      attached,
      tty,
    );
    socket.on("close", () => ended.resolve());
    input.pipe(attached);
    await ended.promise;
  });
}

export const hasTerminal = (): boolean => process.stdin.isTTY === true;

async function withTerminal<T>(
  work: (input: NodeJS.ReadStream, tty: boolean) => Promise<T>,
): Promise<T> {
  const { stdin } = process;
  const tty = hasTerminal();
  if (tty) stdin.setRawMode(true);
  try {
    return await work(stdin, tty);
  } finally {
    if (tty) stdin.setRawMode(false);
    stdin.unpipe();
    stdin.pause();
    // Nobody reads it any more, and the command is to end.
    stdin.destroy();
  }
}
