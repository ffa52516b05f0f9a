// Stands in for the official plugin `digitalocean` 4.80.1. Nothing is made: what it says of droplets
// and the like is made up, except where a simulator (SLIPWAY_SIMULATOR) says otherwise. What may be
// given, and what a change replaces, follows the Terraform provider digitalocean/digitalocean.

import { serve } from "../serve.ts";
import { simulatedProvider } from "../simulated/simulated-provider.ts";
import { databaseCluster } from "./database-cluster.ts";
import { databaseDb } from "./database-db.ts";
import { databaseFirewall } from "./database-firewall.ts";
import { databaseUser } from "./database-user.ts";
import { dnsRecord } from "./dns-record.ts";
import { droplet } from "./droplet.ts";
import { firewall } from "./firewall.ts";
import { getDatabaseCa } from "./get-database-ca.ts";
import { reservedIp } from "./reserved-ip.ts";
import { reservedIpAssignment } from "./reserved-ip-assignment.ts";
import { sshKey } from "./ssh-key.ts";
import { tag } from "./tag.ts";
import { volume } from "./volume.ts";
import { volumeAttachment } from "./volume-attachment.ts";
import { vpc } from "./vpc.ts";

const REAL_TOKEN = /^do[opr]_v1_[0-9a-f]{64}$/;

await serve(
  simulatedProvider({
    name: "digitalocean",
    version: "4.80.1",
    config: {
      token: { secret: true },
      apiEndpoint: { secret: false },
      spacesAccessId: { secret: true },
      spacesSecretKey: { secret: true },
      spacesEndpoint: { secret: false },
    },
    kinds: {
      "digitalocean:index/databaseCluster:DatabaseCluster": databaseCluster,
      "digitalocean:index/databaseDb:DatabaseDb": databaseDb,
      "digitalocean:index/databaseFirewall:DatabaseFirewall": databaseFirewall,
      "digitalocean:index/databaseUser:DatabaseUser": databaseUser,
      "digitalocean:index/dnsRecord:DnsRecord": dnsRecord,
      "digitalocean:index/droplet:Droplet": droplet,
      "digitalocean:index/firewall:Firewall": firewall,
      "digitalocean:index/reservedIp:ReservedIp": reservedIp,
      "digitalocean:index/reservedIpAssignment:ReservedIpAssignment": reservedIpAssignment,
      "digitalocean:index/sshKey:SshKey": sshKey,
      "digitalocean:index/tag:Tag": tag,
      "digitalocean:index/volume:Volume": volume,
      "digitalocean:index/volumeAttachment:VolumeAttachment": volumeAttachment,
      "digitalocean:index/vpc:Vpc": vpc,
    },
    lookUps: { "digitalocean:index/getDatabaseCa:getDatabaseCa": getDatabaseCa },
    realCredentials: ({ token = tokenInEnvironment() }) =>
      token !== undefined && REAL_TOKEN.test(token) ? "the token looks real" : undefined,
  }),
);

function tokenInEnvironment(): string | undefined {
  return process.env["DIGITALOCEAN_TOKEN"] || process.env["DIGITALOCEAN_ACCESS_TOKEN"];
}
