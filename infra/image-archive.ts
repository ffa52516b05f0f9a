import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { relative } from "node:path";
import { RunError } from "@pulumi/pulumi";
import type { ImageArchive } from "../components/docker/app-image.ts";

/** What an archive says of the images in it. */
interface Manifest {
  /** Path of the image's configuration, which has the digest of its content. */
  readonly Config: string;
  readonly RepoTags: readonly string[] | null;
}

/** An image in a file that `docker save` wrote, compressed or not. */
export function readArchive(file: string): ImageArchive {
  if (!existsSync(file)) throw new RunError(`There is no archive ${file} (slipway:image).`);
  const [image, ...more] = readManifest(file);
  const digest = /([0-9a-f]{64})/.exec(image?.Config ?? "")?.[1];
  if (image === undefined || digest === undefined || more.length > 0) {
    throw new RunError(`${file} is no archive of one image, as \`docker save IMAGE\` writes it.`);
  }
  return {
    archive: relative(process.cwd(), file),
    loadedAs: image.RepoTags?.[0] ?? `sha256:${digest}`,
    key: digest.slice(0, 12),
  };
}

function readManifest(file: string): Manifest[] {
  try {
    const options = ["--extract", "--to-stdout", "--file", file, "manifest.json"];
    return JSON.parse(execFileSync("tar", options, { encoding: "utf8", stdio: "pipe" }));
  } catch {
    return [];
  }
}
