import { X509Certificate } from "node:crypto";
import { judgeCertificate } from "../../infra/certificate.ts";
import { renewal } from "../../infra/certificate-warning.ts";
import { type Check, type Finding, none, ok, type StackFacts, wrong } from "./check.ts";

/** The certificate that clients are shown; before the stack is up, the one in its config. */
export const certificate: Check = {
  name: "certificate",
  async run({ stack, certificateAt, now }) {
    const tls = stack?.settings["tls"] ?? "off";
    if (stack === undefined || tls === "off") return none("this stack has no TLS");
    if (stack.tlsAddress === undefined) return inConfig(stack, now());
    const { domain, address, port } = stack.tlsAddress;
    const state = await certificateAt(stack.tlsAddress);
    if (state === undefined) return none(`${domain} does not answer at ${address}, port ${port}`);
    return state.state === "good" ? ok(state.says) : wrong(state.says, renewal(tls, stack.name));
  },
};

/** A wrong one is among the problems of the config. */
function inConfig({ name, settings }: StackFacts, now: number): Finding {
  const { tls = "", tlsCertificate = "", domain = "" } = settings;
  if (tls !== "provided") return none("none was got yet");
  try {
    const { state, says } = judgeCertificate(new X509Certificate(tlsCertificate), domain, now);
    return state === "ending" ? wrong(says, renewal(tls, name)) : none("not served yet");
  } catch {
    return none("not served yet");
  }
}
