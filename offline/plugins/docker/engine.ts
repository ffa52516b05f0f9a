import type { Agent } from "node:http";
import type Docker from "dockerode";
import { parseSshTarget, sshAgent } from "./ssh-agent.ts";

/** How to reach a Docker Engine, and how to log in to registries from there. */
export interface EngineConfig {
  readonly host: string;
  readonly sshOpts: readonly string[];
  /** By the host name of the registry. */
  readonly registryAuth: ReadonlyMap<string, Docker.AuthConfig>;
}

/** A Docker Engine, connected when it is needed first and asked then whether it is there. */
export class Engine {
  readonly #config: EngineConfig;
  #connected: Promise<Docker> | undefined;

  constructor(config: EngineConfig) {
    this.#config = config;
  }

  get registryAuth(): ReadonlyMap<string, Docker.AuthConfig> {
    return this.#config.registryAuth;
  }

  connected(): Promise<Docker> {
    this.#connected ??= this.#connect().catch((error: unknown) => {
      this.#connected = undefined;
      throw error;
    });
    return this.#connected;
  }

  async #connect(): Promise<Docker> {
    const { host, sshOpts } = this.#config;
    const failed = (problem: string) => new Error(`failed to create Docker client: ${problem}`);
    let options: ConnectionOptions;
    try {
      options = connectionOptions(host, sshOpts);
    } catch (error) {
      throw failed((error as Error).message);
    }
    // Loaded only now: the engine starts a plugin also to ask it for things that need no Docker.
    const { default: Dockerode } = await import("dockerode");
    const docker = new Dockerode(options);
    try {
      await docker.ping();
    } catch (error) {
      throw failed(
        `Error pinging Docker server, please make sure that ${host} is reachable and has a  ` +
          `'_ping' endpoint. Error: ${unreachable(host, error as Error)}`,
      );
    }
    return docker;
  }
}

/** dockerode passes `agent` on to Node's HTTP client, which its types do not mention. */
interface ConnectionOptions extends Docker.DockerOptions {
  readonly agent?: Agent;
}

function connectionOptions(host: string, sshOpts: readonly string[]): ConnectionOptions {
  const [scheme = "", address] = host.split("://", 2);
  if (address === undefined) {
    throw new Error(`unable to parse docker host \`${host}\``);
  }
  switch (scheme) {
    case "unix":
      return { socketPath: address };
    case "tcp":
    case "http": {
      const { hostname, port } = new URL(`http://${address}`);
      return { protocol: "http", host: hostname, port: port || 2375 };
    }
    case "ssh":
      return {
        protocol: "http",
        host: "docker.example.com",
        agent: sshAgent(parseSshTarget(host), sshOpts),
      };
    default:
      throw new Error(`unable to parse docker host \`${host}\``);
  }
}

function unreachable(host: string, error: Error): string {
  return host.startsWith("ssh://")
    ? `error during connect: Head "http://docker.example.com/_ping": ${error.message}`
    : `Cannot connect to the Docker daemon at ${host}. Is the docker daemon running?`;
}

/** What dockerode throws when the engine answered with an error. */
interface EngineError extends Error {
  readonly statusCode?: number;
  readonly json?: { readonly message?: string } | null;
}

/** An engine's error in the words of Docker's own client, which the official plugin uses. */
export function engineMessage(error: unknown): string {
  const { statusCode, json, message } = error as EngineError;
  if (statusCode === undefined) {
    return message;
  }
  const answer = json?.message ?? message.replace(/^\(HTTP code \d+\) .*? - /, "");
  return `Error response from daemon: ${answer.trim()}`;
}

export function isNotFound(error: unknown): boolean {
  return (error as EngineError).statusCode === 404;
}

/** Whether the engine had nothing to do: the container runs already, or has stopped already. */
export function isNotModified(error: unknown): boolean {
  return (error as EngineError).statusCode === 304;
}

export function says(error: unknown, ...phrases: readonly string[]): boolean {
  const message = engineMessage(error).toLowerCase();
  return phrases.some((phrase) => message.includes(phrase.toLowerCase()));
}

/** Runs a step and, if the engine refuses, says which step it was. */
export async function step<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw new Error(`${what}: ${engineMessage(error)}`);
  }
}
