import { aptProxyLines, debianMirror } from "./apt-settings.ts";
import { readNpmSettings } from "./npm-settings.ts";
import { readPipSettings } from "./pip-settings.ts";
import { privateCertificates } from "./private-certificates.ts";

export interface MachineSettings {
  /** Where Debian comes from. */
  readonly mirror: string;
  /** What makes the package managers in an image behave as this machine's own: path to content. */
  readonly files: Readonly<Record<string, string>>;
}

export const suite = "forky";
export const archiveKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** What `update-ca-certificates` writes: everything that an image trusts. */
const trustedBundle = "/etc/ssl/certs/ca-certificates.crt";

export async function readMachineSettings(): Promise<MachineSettings> {
  const [mirror, proxies, npm, pip] = await Promise.all([
    debianMirror(),
    aptProxyLines(),
    readNpmSettings(trustedBundle),
    readPipSettings(trustedBundle),
  ]);
  const { SSL_CERT_FILE, NODE_EXTRA_CA_CERTS } = process.env;
  const certificates = await privateCertificates(
    [...npm.certificateFiles, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS].filter(
      (file) => file !== undefined,
    ),
  );
  return {
    mirror,
    files: {
      "/etc/apt/sources.list.d/debian.sources": aptSources(mirror),
      "/etc/apt/apt.conf.d/60machine-proxy": proxies,
      "/etc/pip.conf": pip,
      "/usr/local/etc/npmrc": npm.npmrc,
      ...certificates,
    },
  };
}

function aptSources(mirror: string): string {
  return [
    "Types: deb",
    `URIs: ${mirror}`,
    `Suites: ${suite}`,
    "Components: main",
    `Signed-By: ${archiveKeyring}`,
    "",
  ].join("\n");
}
