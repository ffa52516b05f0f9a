import { createPrivateKey, X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { TlsSettings } from "../../../components/nginx/names.ts";
import type { PublishedSettings, ServedBy } from "../../../stacks/settings.ts";
import { judgeCertificate } from "../../certificate.ts";
import type { Context } from "./context.ts";

/** The address of the app, TLS, and limits of requests. */
export function ingressOf(context: Context): PublishedSettings {
  const { values } = context;
  return {
    bindAddress: values.bindAddress,
    httpPort: values.httpPort,
    httpsPort: values.httpsPort,
    domain: values.domain,
    tls: tlsOf(context),
    pathPrefix: values.pathPrefix,
    staticPrefix: values.staticPrefix,
    staticFallback: values.staticFallback,
    bodyMiB: values.bodyMiB,
    readSeconds: values.readSeconds,
    rateLimits: values.rateLimits,
    trustedProxies: values.trustedProxies,
  };
}

/** The stack whose public Nginx serves this one. */
export function servedBy({ values }: Context): ServedBy | undefined {
  const { ingressOf: stack, domain = "" } = values;
  return stack === undefined ? undefined : { stack, domain };
}

function tlsOf(context: Context): TlsSettings {
  const { tls: kind, acmeEmail, acmeServer, acmeServerCa, tlsCertificate, tlsKey } = context.values;
  if (kind === "off") return { kind };
  if (kind === "acme") {
    return { kind, email: acmeEmail, server: acmeServer, serverCa: acmeServerCa };
  }
  if (tlsCertificate !== undefined) refuseCertificate(tlsCertificate, context);
  return { kind, certificate: tlsCertificate ?? "", key: pulumi.secret(tlsKey ?? "") };
}

/** One that every client would refuse, or that Nginx would. */
function refuseCertificate(text: string, { values, problem }: Context): void {
  const refuse = (says: string) =>
    problem({
      setting: "tlsCertificate",
      text: `slipway:tlsCertificate ${says}.`,
      command: "pulumi config set tlsCertificate <CERTIFICATE.pem",
    });
  const certificate = parsed(() => new X509Certificate(text));
  if (certificate === undefined) {
    refuse("has no certificate that can be read");
    return;
  }
  if (values.domain !== undefined) {
    const { state, says } = judgeCertificate(certificate, values.domain);
    if (state === "refused") refuse(says);
  }
  if (values.tlsKey === undefined) return;
  const wrong = problemWithKey(values.tlsKey, certificate);
  const command = "pulumi config set --secret tlsKey <KEY.pem";
  if (wrong !== undefined) problem({ setting: "tlsKey", text: wrong, command });
}

function problemWithKey(key: string, certificate: X509Certificate): string | undefined {
  const privateKey = parsed(() => createPrivateKey(key));
  if (privateKey === undefined) {
    return "slipway:tlsKey has no private key that can be read: PEM, without a passphrase.";
  }
  return certificate.checkPrivateKey(privateKey)
    ? undefined
    : "slipway:tlsKey is not the key of the first certificate of slipway:tlsCertificate.";
}

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
