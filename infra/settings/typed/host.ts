import * as pulumi from "@pulumi/pulumi";
import type { DnsName } from "../../../components/dns-name.ts";
import type { HostSettings } from "../../../stacks/settings.ts";
import type { Values } from "../table.ts";
import type { Context } from "./context.ts";
import { googlePlace } from "./google-place.ts";

/** The Docker host. */
export function hostOf(context: Context): HostSettings {
  const { values } = context;
  const kind = values.host;
  switch (kind) {
    case "local":
      return { kind };
    case "ssh":
      return { kind, ...serverOf(values) };
    case "droplet":
      return { kind, ...madeHostOf(values), token: secretOf(values.digitaloceanToken) };
    case "gce":
      return { kind, ...madeHostOf(values), ...googlePlace(context) };
  }
}

function serverOf({ sshHost, sshPort, sshUser, sshKey, sshHostKey }: Values) {
  return {
    address: sshHost ?? "",
    port: sshPort,
    user: sshUser,
    key: secretOf(sshKey),
    hostKey: sshHostKey,
  };
}

function madeHostOf(values: Values) {
  return {
    region: values.region,
    size: values.size,
    image: values.machineImage,
    sshSources: values.sshSources,
    dataGiB: values.dataGiB,
    protect: values.protectData,
    dns: dnsOf(values),
  };
}

function dnsOf({ dnsZone, domain = "" }: Values): DnsName | undefined {
  return dnsZone === undefined ? undefined : { zone: dnsZone, domain };
}

const secretOf = (value: string | undefined) =>
  value === undefined ? undefined : pulumi.secret(value);
