import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/**
 * Waits until no other process on this machine holds the lock, and takes it. The lock is a socket's
 * name in Linux's abstract namespace: it goes with the process, however that ends, so it is never stale.
 */
export async function takeMachineLock(name: string): Promise<() => Promise<void>> {
  for (;;) {
    const release = await tryToListen(`\0${name}`);
    if (release !== undefined) return release;
    await wait(200);
  }
}

function tryToListen(path: string): Promise<(() => Promise<void>) | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => {
      server.unref();
      resolve(
        () =>
          new Promise((closed) => {
            server.close(() => closed());
          }),
      );
    });
  });
}
