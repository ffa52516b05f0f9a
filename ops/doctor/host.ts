import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastWords, type OutsideResult } from "../outside.ts";
import { type Check, type Finding, none, ok, type StackFacts, type World, wrong } from "./check.ts";

export const ssh: Check = {
  name: "ssh command",
  async run({ run, stack }) {
    const result = await run("ssh", ["-V"]);
    if (result.code === 0) return ok(result.stderr.trim());
    return stack?.settings["host"] === "ssh"
      ? wrong("is not there", "apt-get install openssh-client")
      : none("is not there; a server would need it");
  },
};

/** A server as the stack's settings lead to it. */
interface Server {
  readonly stack: string;
  readonly login: string;
  readonly address: string;
  readonly user: string;
  readonly port: string;
  /** Private key; empty takes those that ssh finds. */
  readonly key: string;
  /** Public key of the server, `TYPE BASE64`; empty trusts what known_hosts has. */
  readonly hostKey: string;
}

/** The server, as a run of the program would reach it: with `sshKey`, and by `sshHostKey`. */
export const host: Check = {
  name: "server",
  async run({ run, stack }) {
    const { target, host: kind, sshHost = "" } = stack?.settings ?? {};
    if (stack === undefined || target === "kubernetes" || kind !== "ssh") {
      return none("this stack is on none");
    }
    if (sshHost === "") return none("not named yet");
    const server = serverOf(stack);
    const folder = mkdtempSync(join(tmpdir(), "slipway-doctor-"));
    try {
      // A name that begins with a dash is none of its options.
      const args = [...options(server, folder), "-p", server.port, "--", server.login];
      return await judge(server, await run("ssh", [...args, ASK], 30), run);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const ASK = "docker version --format '{{.Server.Version}}' 2>&1 || id -u";

function serverOf({ name, settings }: StackFacts): Server {
  const { sshHost: address = "", sshUser: user = "root", sshPort: port = "22" } = settings;
  const { sshKey: key = "", sshHostKey: hostKey = "" } = settings;
  return { stack: name, login: `${user}@${address}`, address, user, port, key, hostKey };
}

/** Those of a run, but for the connection that its steps share. */
function options({ key, hostKey }: Server, folder: string): string[] {
  const save = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  return [
    "BatchMode=yes",
    "ConnectTimeout=10",
    "StrictHostKeyChecking=yes",
    ...(key === "" ? [] : [`IdentityFile=${save("key", `${key}\n`)}`, "IdentitiesOnly=yes"]),
    ...(hostKey === ""
      ? []
      : [
          `UserKnownHostsFile=${save("known_hosts", `slipway ${hostKey}\n`)}`,
          "HostKeyAlias=slipway",
        ]),
  ].flatMap((option) => ["-o", option]);
}

async function judge(server: Server, result: OutsideResult, run: World["run"]): Promise<Finding> {
  const { login, port, user, stack, key } = server;
  const hand = `ssh -p ${port} ${login}`;
  const said = result.stdout.trim();
  if (result.code === 255 || result.code === 124) {
    if (/host key verification failed/i.test(result.stderr)) return await wrongHostKey(server, run);
    if (key !== "" && /permission denied/i.test(result.stderr)) {
      return wrong(
        `${login} does not take the stack's sshKey: ${lastWords(result)}`,
        `npm run -s pulumi -- config set --secret sshKey -s ${stack} <KEY_FILE`,
      );
    }
    return wrong(`${login} can't be reached: ${lastWords(result)}`, hand);
  }
  if (/^[\d.]+$/m.test(said) && said.includes(".")) return ok(`${login} has Docker ${said}`);
  return /permission denied/i.test(said)
    ? wrong(`${login} may not use Docker`, `${hand} sudo usermod -aG docker ${user}`)
    : ok(`${login} lets us in; the first up installs Docker`);
}

/** Says which key the server shows now; whether that is the right one, the server alone can say. */
async function wrongHostKey(server: Server, run: World["run"]): Promise<Finding> {
  const { stack, address, port, hostKey } = server;
  const kind = hostKey.split(" ")[0] || "ssh-ed25519";
  const scanned = await run("ssh-keyscan", ["-T", "10", "-p", port, "--", address], 30);
  const keys = scanned.stdout.split("\n").flatMap((line) => {
    const [, key] = /^[^#\s]\S* (\S+ [A-Za-z0-9+/=]+)$/.exec(line) ?? [];
    return key === undefined ? [] : [key];
  });
  const shown = keys.find((key) => key.startsWith(`${kind} `)) ?? keys[0];
  const says =
    hostKey === ""
      ? `no known host key for ${address}: sshHostKey is empty, and your known_hosts has another or none`
      : `the key of ${address} is not that of sshHostKey`;
  return wrong(
    `${says}. Compare it on the server: cat /etc/ssh/ssh_host_*_key.pub`,
    `npm run pulumi -- config set sshHostKey '${shown ?? "TYPE BASE64"}' -s ${stack}`,
  );
}
