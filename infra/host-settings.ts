import type { DnsName } from "../components/dns-name.ts";
import type { HostSettings } from "../stacks/settings.ts";
import { type CloudSettings, GOOGLE_REGION, googlePlace } from "./cloud-settings.ts";
import type { ConfigReader } from "./config-reader.ts";
import { NETWORK, SSH_HOST } from "./patterns.ts";
import { HOST_KEY, privateKeyProblem } from "./ssh-keys.ts";

interface HostContext {
  readonly cloud: CloudSettings;
  readonly protect: boolean;
  readonly domain: string | undefined;
  readonly dataGiB: number;
  /** Whether the target is a host at all; on another one nothing of it can be missing. */
  readonly needed: boolean;
}

/** The keys of a stack that runs on a Docker host. */
export function readHost(
  reader: ConfigReader,
  { cloud, protect, domain, dataGiB, needed }: HostContext,
): HostSettings {
  const named = reader.oneOf("host", ["local", "ssh", "droplet", "gce"]);
  const kind = needed ? named : "local";
  const ssh = readServer(reader, kind);
  const dns = readDns(reader, domain);
  const made = { ...readMadeHost(reader, kind, cloud), dataGiB, protect, dns };
  const token = reader.optionalSecret("digitaloceanToken");
  switch (kind) {
    case "local":
      return { kind };
    case "ssh":
      return { kind, ...ssh };
    case "droplet":
      return { kind, ...made, token };
    case "gce":
      return { kind, ...made, ...googlePlace(reader, cloud, 'host is "gce"') };
  }
}

function readDns(reader: ConfigReader, domain: string | undefined): DnsName | undefined {
  const zone = reader.hostName("dnsZone", "a zone of the cloud that the machine is at");
  if (zone === undefined) return undefined;
  if (domain === undefined) reader.missing("domain", "dnsZone is set", "HOST");
  return { zone, domain: domain ?? "" };
}

function readServer(reader: ConfigReader, host: string) {
  // As it is written: it may be an alias of the ssh configuration, which tells capitals apart.
  const address = reader.optional("sshHost", SSH_HOST, "a host name or an address");
  if (address === undefined && host === "ssh") reader.missing("sshHost", 'host is "ssh"', "HOST");
  return {
    address: address ?? "",
    port: reader.integer("sshPort", 1, 65535),
    user: reader.text("sshUser", isUserName, "the name of a user of the server", "root"),
    key: readKey(reader),
    hostKey: reader.optional("sshHostKey", HOST_KEY, "the server's public key, `TYPE BASE64`"),
  };
}

function readKey(reader: ConfigReader) {
  const key = reader.optionalSecretFile("sshKey", privateKeyProblem);
  if (key?.said !== undefined) {
    reader.problem(`slipway:sshKey ${key.said}.`, "pulumi config set --secret sshKey <KEY_FILE");
  }
  return key?.secret;
}

/** What is made where nothing is said of it, at each cloud. */
const USUAL = {
  droplet: { region: "fra1", size: "s-1vcpu-2gb", image: "ubuntu-24-04-x64" },
  gce: {
    region: GOOGLE_REGION,
    size: "e2-small",
    image: "ubuntu-os-cloud/ubuntu-2404-lts-amd64",
  },
} as const;

function readMadeHost(reader: ConfigReader, host: string, { region, size }: CloudSettings) {
  const usual = host === "gce" ? USUAL.gce : USUAL.droplet;
  const sshSources = reader.list("sshSources", NETWORK, "networks like 203.0.113.0/24");
  if (sshSources.length === 0 && (host === "droplet" || host === "gce")) {
    reader.missing("sshSources", `host is "${host}"`, `'["203.0.113.7/32"]'`);
  }
  return {
    region: region ?? usual.region,
    size: size ?? usual.size,
    image: reader.optional("machineImage", /^[\w./-]+$/, "the name of an image") ?? usual.image,
    sshSources,
  };
}

const isUserName = (value: string) => /^[a-z_][a-z0-9_-]{0,31}$/.test(value);
