import { statfs } from "node:fs/promises";
import { createServer } from "node:net";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { outside } from "../outside.ts";
import { LOCAL_STACK, PROJECT } from "../project.ts";
import { stackCertificate, tlsAddressOf } from "../stack-certificate.ts";
import type { StackFacts, World } from "./check.ts";

const MIB = 1024 * 1024;

/** This machine. */
export function thisWorld(stack: StackFacts | undefined): World {
  return {
    env: process.env,
    run: outside,
    nodeVersion: process.versions.node,
    freeMiB: async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return Math.floor((bavail * bsize) / MIB);
    },
    isPortFree: (host, port) =>
      new Promise((answer) => {
        const server = createServer();
        server.once("error", ({ code }: NodeJS.ErrnoException) => answer(code !== "EADDRINUSE"));
        server.listen({ host, port, exclusive: true }, () => server.close(() => answer(true)));
      }),
    fetch: (url, headers = {}) => fetch(url, { headers, signal: AbortSignal.timeout(8_000) }),
    certificateAt: stackCertificate,
    now: Date.now,
    stack,
  };
}

/** What a stack's config says, decrypted. */
export async function factsOf(stack: Stack): Promise<StackFacts> {
  const prefix = `${PROJECT}:`;
  const [config, outputs] = await Promise.all([stack.getAllConfig(), stack.outputs()]);
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  const named = own.map(([key, value]) => [key.slice(prefix.length), value] as const);
  return {
    name: stack.name,
    settings: Object.fromEntries(named.map(([key, { value }]) => [key, value])),
    secrets: named.flatMap(([key, { secret }]) => (secret === true ? [key] : [])),
    isLocal: stack.name === LOCAL_STACK,
    tlsAddress: tlsAddressOf(outputs),
  };
}
