import { randomBytes } from "node:crypto";
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Log } from "../log.ts";
import { FOLDERS } from "./places.ts";

/** The files that Nginx reads. */
export class ConfigFiles {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  writeMain(text: string): void {
    writeFileSync(`${FOLDERS.nginx}/nginx.conf`, text);
  }

  /** Whether it is another than before. */
  writeServers(name: string, text: string): boolean {
    const path = `${FOLDERS.servers}/${name}.conf`;
    const isNew = readIfThere(path) !== text;
    writeFileSync(path, text);
    this.#log.debug(`Writing config to ${path}\n${text}`);
    return isNew;
  }

  removeServers(name: string): void {
    rmSync(`${FOLDERS.servers}/${name}.conf`, { force: true });
  }

  /** Nginx may read it at any moment, so it is put there whole. */
  writeSecret(name: string, content: string): string {
    return writeWhole(`${FOLDERS.secrets}/${name}`, content, 0o600);
  }

  removeSecret(name: string): void {
    rmSync(`${FOLDERS.secrets}/${name}`, { force: true });
  }

  writeVersion(text: string): void {
    writeWhole(`${FOLDERS.nginx}/config-version.conf`, text, 0o644);
  }
}

function writeWhole(path: string, content: string, mode: number): string {
  const unfinished = `${path}${randomBytes(4).toString("hex")}`;
  writeFileSync(unfinished, content, { mode });
  chmodSync(unfinished, mode);
  renameSync(unfinished, path);
  return path;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
