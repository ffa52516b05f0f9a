import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bridgeAddress } from "../../../hosts/bridge-address.ts";
import { until } from "../../until.ts";

/** Counts of what an authority was asked. */
export interface Pebble {
  /** Address of its directory, from containers as well. */
  readonly server: string;
  /** Certificate of the server itself. */
  readonly serverCa: string;
  /** Its name server, on this machine. */
  readonly nameServer: string;
  /** From now on every name leads there. */
  leadTo(ipv4: string, ipv6?: string): Promise<void>;
  stop(): Promise<void>;
}

const [API_PORT, DNS_PORT, NAMES_PORT] = [14_400, 18_053, 18_055];

/**
 * An ACME authority on this machine: it really asks for its challenges, over HTTP, and is told by a name
 * server of its own that every name leads to one address.
 *
 * @param httpPort where it asks instead of port 80.
 */
export async function startPebble(httpPort: number, leadsTo = "127.0.0.1"): Promise<Pebble> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-pebble-"));
  execFileSync("go", ["build", "-mod=readonly", "-o", `${folder}/`, "tool"], {
    cwd: import.meta.dirname,
    env: { ...process.env, CGO_ENABLED: "0" },
  });
  const address = bridgeAddress();
  certificateFor(address, folder);
  writeFileSync(join(folder, "pebble.json"), configuration(address, folder, httpPort));

  const names = [
    "-defaultIPv4",
    leadsTo,
    "-defaultIPv6",
    "",
    "-dnsserver",
    `127.0.0.1:${DNS_PORT}`,
  ];
  const off = ["-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", ""];
  const managed = ["-management", `127.0.0.1:${NAMES_PORT}`];
  const processes = [
    start(join(folder, "pebble-challtestsrv"), [...names, ...off, ...managed]),
    start(join(folder, "pebble"), [
      ...["-config", join(folder, "pebble.json"), "-strict"],
      ...["-dnsserver", `127.0.0.1:${DNS_PORT}`],
    ]),
  ];
  const server = `https://${address}:${API_PORT}/dir`;
  const serverCa = readFileSync(join(folder, "server.pem"), "utf8");
  const stop = async () => {
    await Promise.all(processes.map(ended));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until(() => answers(server, folder), "Pebble answers", 20);
  } catch (error) {
    await stop();
    throw error;
  }
  return { server, serverCa, nameServer: `127.0.0.1:${DNS_PORT}`, leadTo, stop };
}

async function leadTo(ipv4: string, ipv6 = ""): Promise<void> {
  for (const [family, ip] of Object.entries({ ipv4, ipv6 })) {
    const url = `http://127.0.0.1:${NAMES_PORT}/set-default-${family}`;
    const { ok, status } = await fetch(url, { method: "POST", body: JSON.stringify({ ip }) });
    if (!ok) throw new Error(`The name server answered ${status}.`);
  }
}

function configuration(address: string, folder: string, httpPort: number): string {
  return JSON.stringify({
    pebble: {
      listenAddress: `${address}:${API_PORT}`,
      managementListenAddress: "",
      certificate: join(folder, "server.pem"),
      privateKey: join(folder, "server.key"),
      httpPort,
      // Where it follows a redirect to.
      tlsPort: httpPort === 80 ? 443 : 5001,
      ocspResponderURL: "",
      profiles: { default: { description: "for tests", validityPeriod: 7_776_000 } },
    },
  });
}

function certificateFor(address: string, folder: string): void {
  const options = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const names = ["-days", "2", "-subj", "/CN=pebble", "-addext", `subjectAltName=IP:${address}`];
  const files = ["-keyout", join(folder, "server.key"), "-out", join(folder, "server.pem")];
  execFileSync("openssl", ["req", ...options, ...names, ...files], { stdio: "ignore" });
}

function start(command: string, args: string[]): ChildProcess {
  // No nonce is refused and no answer delayed on purpose: this is not a test of the client.
  const env = { ...process.env, PEBBLE_WFE_NONCEREJECT: "0", PEBBLE_VA_NOSLEEP: "1" };
  return spawn(command, args, { stdio: "ignore", env });
}

function ended(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null) return Promise.resolve();
  const end = new Promise((done) => child.once("close", done));
  child.kill("SIGTERM");
  return end;
}

function answers(url: string, folder: string): boolean {
  try {
    const ca = ["--cacert", join(folder, "server.pem")];
    execFileSync("curl", ["--silent", "--fail", "--noproxy", "*", ...ca, url], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
