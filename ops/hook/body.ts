import type { IncomingMessage } from "node:http";

/** Far above what GitLab sends for a pipeline of hundreds of jobs. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Reads a body to its end; @returns undefined for one that is too large, as soon as that shows. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}
