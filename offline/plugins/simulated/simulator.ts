import { spawn } from "node:child_process";
import { type PropertyMap, withoutSecrets } from "../property-value.ts";

/** What a simulator is asked to do, and with what. */
export interface SimulatorVerbs {
  readonly type: string;
  readonly create: string;
  readonly update?: string;
  readonly delete: string;
}

const SHOWN_LINES = 10;

/**
 * Runs the command that SLIPWAY_SIMULATOR names: it may start a test host, say, as the droplet that
 * was asked for. It answers with the outputs that it knows better. Without one, nothing happens.
 */
export async function simulate(
  verb: string,
  type: string,
  properties: PropertyMap,
  deadline: AbortSignal | undefined,
): Promise<PropertyMap> {
  const command = process.env["SLIPWAY_SIMULATOR"];
  if (!command) {
    return {};
  }
  const { stdout, failure } = await run(command, [verb, type], properties, deadline);
  const called = `the simulator, run as \`${command} ${verb} ${type}\`,`;
  if (failure !== undefined) {
    throw new Error(`${called} ${failure}`);
  }
  return answerIn(stdout, called);
}

interface Outcome {
  readonly stdout: string;
  readonly failure: string | undefined;
}

function run(
  command: string,
  commandArguments: string[],
  properties: PropertyMap,
  deadline: AbortSignal | undefined,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, commandArguments, {
      stdio: ["pipe", "pipe", "pipe"],
      ...(deadline === undefined ? {} : { signal: deadline }),
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (bytes) => {
      stdout += String(bytes);
    });
    child.stderr.on("data", (bytes) => {
      stderr += String(bytes);
    });
    child.once("error", ({ message }) => resolve({ stdout, failure: `failed: ${message}` }));
    child.once("close", (code, signal) => {
      const how = code === null ? `was ended by ${signal}` : `failed with exit status ${code}`;
      resolve({ stdout, failure: code === 0 ? undefined : `${how}:\n${lastLines(stderr)}` });
    });
    // It may end without having read its input; what counts is how it ends.
    child.stdin.on("error", () => {}).end(JSON.stringify(withoutSecrets(properties)));
  });
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-SHOWN_LINES).join("\n");
}

function answerIn(stdout: string, called: string): PropertyMap {
  if (stdout.trim() === "") {
    return {};
  }
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`${called} must print a JSON object or nothing, but printed:\n${stdout}`);
  }
}
