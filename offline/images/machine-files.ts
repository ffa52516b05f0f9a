import { readFile } from "node:fs/promises";

/** A settings file of this machine; one that is not there says nothing. */
export async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return "";
    throw error;
  }
}

/**
 * Whether an address may go into an image and is of use there: an image keeps what is written into
 * it, so no password; and this machine's loopback is not the container's.
 */
export function isForImages(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password, hostname } = new URL(address);
  const isLoopback = /^(localhost|127\..*|\[::1\])$/.test(hostname);
  return /^https?:$/.test(protocol) && username === "" && password === "" && !isLoopback;
}
