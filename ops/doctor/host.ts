import { lastWords } from "../outside.ts";
import { type Check, none, ok, wrong } from "./check.ts";

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

/** The server, as ssh reaches it by itself, or with the key that a run of the program left here. */
export const host: Check = {
  name: "server",
  async run({ run, stack }) {
    const {
      target,
      host: kind,
      sshHost = "",
      sshUser = "root",
      sshPort = "22",
    } = stack?.settings ?? {};
    if (target === "kubernetes" || kind !== "ssh") return none("this stack is on none");
    if (sshHost === "") return none("not named yet");
    const login = `${sshUser}@${sshHost}`;
    const options = ["BatchMode=yes", "ConnectTimeout=10"].flatMap((one) => ["-o", one]);
    // A name that begins with a dash is none of its options.
    const args = [...options, "-p", sshPort, "--", login];
    const hand = `ssh -p ${sshPort} ${login}`;
    const result = await run(
      "ssh",
      [...args, "docker version --format '{{.Server.Version}}' 2>&1 || id -u"],
      30,
    );
    const said = result.stdout.trim();
    if (result.code === 255 || result.code === 124) {
      const has = stack?.secrets.includes("sshKey") === true;
      return has
        ? none(`${login} does not let this user in; the stack has a key of its own`)
        : wrong(`${login} can't be reached: ${lastWords(result)}`, hand);
    }
    if (/^[\d.]+$/m.test(said) && said.includes(".")) return ok(`${login} has Docker ${said}`);
    return /permission denied/i.test(said)
      ? wrong(`${login} may not use Docker`, `${hand} sudo usermod -aG docker ${sshUser}`)
      : ok(`${login} lets us in; the first up installs Docker`);
  },
};
