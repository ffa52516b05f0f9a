import { createHash } from "node:crypto";
import type { Kind } from "../simulated/kind.ts";
import { numberOf } from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";
import { NAME } from "./name.ts";

export const sshKey: Kind = {
  schema: {
    name: NAME,
    publicKey: { type: "string", required: true, forceNew: true },
    fingerprint: { type: "string", output: true },
  },

  id: (key) => String(numberOf(key, "ssh key", 8)),

  outputs: ({ inputs }) => ({ fingerprint: fingerprint(text(inputs, "publicKey")) }),
};

/** As DigitalOcean shows it: MD5, in pairs of digits. */
function fingerprint(publicKey: string): string {
  const [, blob = ""] = publicKey.trim().split(/\s+/);
  const digest = createHash("md5").update(Buffer.from(blob, "base64")).digest("hex");
  return digest.match(/../g)?.join(":") ?? "";
}
