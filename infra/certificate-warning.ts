import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { StackOutputs } from "../stacks/outputs.ts";
import type { Settings } from "../stacks/settings.ts";
import { judgeCertificate } from "./certificate.ts";
import { servedCertificate, tlsAddress } from "./served-certificate.ts";

/**
 * Warns of a certificate that clients refuse, or soon will, in each run, changed or not: in a preview of the one
 * in config, in an `up` of the one that is served once the release is verified.
 *
 * @returns the verified image, after that.
 */
export function warnOfCertificate(settings: Settings, live: StackOutputs): pulumi.Output<string> {
  const { domain, tls } = settings.ingress;
  if (domain === undefined || tls.kind === "off") return live.verifiedImage;
  const inConfig = tls.kind === "provided" ? new X509Certificate(tls.certificate) : undefined;
  const warn = (certificate: X509Certificate | undefined) => {
    if (certificate === undefined) return;
    const { state, says } = judgeCertificate(certificate, domain);
    if (state === "good") return;
    void pulumi.log.warn(`The certificate ${says}. ${renewal(tls.kind, settings.stack)}`);
  };
  if (pulumi.runtime.isDryRun()) {
    warn(inConfig);
    return live.verifiedImage;
  }
  const [address = pulumi.output("")] = live.dns.map(({ value }) => value);
  return pulumi.all([live.verifiedImage, live.url, address]).apply(async ([image, url, value]) => {
    const place = tlsAddress(url, [{ value }]);
    warn((place && (await servedCertificate(place))) ?? inConfig);
    return image;
  });
}

/** What brings the next certificate. */
export function renewal(kind: string, stack: string): string {
  return kind === "provided"
    ? `Its next one: pulumi config set tlsCertificate <CERTIFICATE.pem -s ${stack}, and the same for its key.`
    : "It should have been renewed 30 days before its end: see why not in docs/runbook.md, " +
        '"A certificate that is not renewed".';
}
