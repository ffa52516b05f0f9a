import { mkdirSync, readFileSync, type Stats, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "./user-error.ts";

/**
 * Reads a file that its owner alone may read.
 *
 * @param what names it in the message.
 * @throws UserError that says what is wrong with it and what to type.
 */
export function readPrivateFile(file: string, what: string): string {
  const stats = statOf(file, what);
  if (!stats.isFile()) throw new UserError(`${what} ${file} is no file.`);
  if ((stats.mode & othersOf(file)) !== 0) {
    throw new UserError(
      `${what} ${file} can be read or written by users other than its owner. ` +
        `Type: chmod 600 ${file}`,
    );
  }
  const uid = process.getuid?.();
  if (stats.uid !== uid && stats.uid !== 0) {
    throw new UserError(
      `${what} ${file} belongs to user ${stats.uid}, who could change it; this is user ${uid}. ` +
        `Type: chown ${uid} ${file}`,
    );
  }
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${what} ${file} can't be read: ${(error as Error).message}`);
  }
}

function statOf(file: string, what: string): Stats {
  try {
    return statSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(
      code === "ENOENT"
        ? `${what} ${file} is not there.`
        : `${what} ${file} can't be read: ${code ?? "unknown"}`,
    );
  }
}

/**
 * What nobody but the owner may do. systemd lets a service's user read a credential by an access list,
 * whose mask stands where the group's rights are shown; its folder keeps everybody else out.
 */
function othersOf(file: string): number {
  const credentials = process.env["CREDENTIALS_DIRECTORY"];
  const isCredential = credentials !== undefined && dirname(resolve(file)) === resolve(credentials);
  return isCredential ? 0o027 : 0o077;
}

/** Writes a file that its owner alone may read, below a folder that is the owner's too. */
export function writePrivateFile(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, content, { mode: 0o600 });
}
