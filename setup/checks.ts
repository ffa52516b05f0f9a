import { statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { UserError } from "../ops/user-error.ts";
import { run } from "./run.ts";

const MIB = 1024 * 1024;
/** Images, builds and a database need about this much; SLIPWAY_MIN_FREE_MIB overrides it. */
const MIN_FREE_MIB = 3072;

type FreeBytes = (folder: string) => Promise<number>;

const freeBytes: FreeBytes = async (folder) => {
  const disk = await statfs(folder);
  return disk.bavail * disk.bsize;
};

/** @throws UserError when a folder's disk has less room than is needed. */
export async function checkDiskSpace(
  folders: string[],
  free: FreeBytes = freeBytes,
): Promise<void> {
  const needed = Number(process.env["SLIPWAY_MIN_FREE_MIB"] ?? MIN_FREE_MIB);
  for (const folder of folders) {
    const there = Math.floor((await free(folder)) / MIB);
    if (there >= needed) continue;
    throw new UserError(
      `The disk of ${folder} has ${there} MiB free; Slipway needs ${needed} MiB. ` +
        "Free some (`docker system df` shows what Docker keeps), or set SLIPWAY_MIN_FREE_MIB " +
        "if you know that less will do.",
    );
  }
}

/** Where the Docker Engine keeps images and volumes, if that is on this machine. */
export async function dockerFolder(): Promise<string[]> {
  const result = await run("docker", ["info", "--format", "{{.DockerRootDir}}"]);
  const folder = result.stdout.trim();
  return result.code === 0 && folder !== "" ? [folder] : [];
}

/**
 * @throws UserError when someone else than the stack's own Nginx listens on the port that it is to
 *   publish.
 */
export async function checkPort(stack: string, address: string, port: number): Promise<void> {
  // What is no port at all is for the program to refuse, with whatever else is wrong in the config.
  if (!(port >= 1 && port <= 65535)) return;
  if ((await isFree(address, port)) || (await isPublishedBy(stack, port))) return;
  throw new UserError(
    `Port ${port} on ${address} is taken by another program. Choose another one: ` +
      `\`${variableFor(stack)}npm run pulumi -- config set httpPort ${nextPort(port)} -s ${stack}\`, ` +
      "then run this command again.",
  );
}

/** The commands of a clone know a stack of another name only by this variable. */
const variableFor = (stack: string) => (stack === "local" ? "" : `SLIPWAY_LOCAL_STACK=${stack} `);

const nextPort = (port: number) => (port < 65535 ? port + 1 : 8080);

/** Only what is in use is refused here: whatever else is wrong with it, Docker says in its own words. */
function isFree(address: string, port: number): Promise<boolean> {
  return new Promise((answer) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => answer(error.code !== "EADDRINUSE"));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => answer(true)));
  });
}

async function isPublishedBy(stack: string, port: number): Promise<boolean> {
  const result = await run("docker", [
    "ps",
    "--filter=label=slipway.role=ingress",
    `--filter=label=slipway.stack=${stack}`,
    `--filter=publish=${port}`,
    "--quiet",
  ]);
  return result.stdout.trim() !== "";
}
