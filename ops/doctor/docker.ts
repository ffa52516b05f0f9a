import { lastWords } from "../outside.ts";
import { type Check, none, ok, type StackFacts, wrong } from "./check.ts";

/** What of a stack runs on, or is built by, the engine of this machine. */
const usesEngine = (stack: StackFacts | undefined) =>
  stack === undefined ||
  (stack.settings["target"] !== "kubernetes" && stack.settings["host"] === "local");

export const dockerClient: Check = {
  name: "docker command",
  async run({ run, stack }) {
    const result = await run("docker", ["version", "--format", "{{.Client.Version}}"]);
    if (result.code !== 127) return ok(result.stdout.trim() || "is there");
    return stack?.settings["target"] === "kubernetes"
      ? none("is not there, and a cluster needs none")
      : wrong("is not there", "apt-get install docker.io");
  },
};

export const dockerEngine: Check = {
  name: "Docker engine",
  async run({ run, stack }) {
    if (!usesEngine(stack)) return none("this stack does not run on that of this machine");
    const result = await run("docker", ["info", "--format", "{{.ServerVersion}}"], 20);
    const version = result.stdout.trim();
    if (result.code === 0 && version !== "") return ok(version);
    return /permission denied/i.test(result.stderr)
      ? wrong("does not let this user in", `sudo usermod -aG docker "$USER"`)
      : wrong(`does not answer: ${lastWords(result)}`, "npm start");
  },
};

export const port: Check = {
  name: "port",
  async run({ run, isPortFree, stack }) {
    if (stack === undefined || !usesEngine(stack)) return none("nothing is published here");
    const address = stack.settings["bindAddress"] || "127.0.0.1";
    const number = Number(stack.settings["httpPort"] || "8080");
    const where = `${address}:${number}`;
    if (await isPortFree(address, number)) return ok(`${where} is free`);
    const filters = ["role=ingress", `stack=${stack.name}`].map(
      (label) => `--filter=label=slipway.${label}`,
    );
    const own = await run("docker", ["ps", "--quiet", ...filters, `--filter=publish=${number}`]);
    return own.stdout.trim() === ""
      ? wrong(
          `${where} is taken by another program`,
          `npm run pulumi -- config set httpPort ${number < 65_535 ? number + 1 : 8080} -s ${stack.name}`,
        )
      : ok(`${where} is this stack's own`);
  },
};
