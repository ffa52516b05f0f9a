import type * as pulumi from "@pulumi/pulumi";
import {
  AcmeCertificate,
  type AcmeCertificateArgs,
} from "../components/docker/acme-certificate.ts";
import type { DockerSettings as Settings } from "./settings.ts";

type Place = Pick<AcmeCertificateArgs, "machine" | "owner" | "network" | "volume">;

/** The certificate of the domain, from the authority that the settings name. */
export function acmeCertificate(
  name: string,
  place: Place,
  settings: Settings,
  opts: pulumi.ComponentResourceOptions,
): AcmeCertificate {
  const { tls, domain } = settings.ingress;
  if (tls.kind !== "acme" || domain === undefined) throw new Error("There is no ACME in config.");
  return new AcmeCertificate(
    name,
    { ...place, ...tls, domain, image: settings.images.lego, seconds: settings.seconds.ready },
    opts,
  );
}
