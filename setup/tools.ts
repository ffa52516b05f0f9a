import { mkdirSync, writeFileSync } from "node:fs";
import { say } from "../ops/progress.ts";
import { OWN } from "../ops/project.ts";
import {
  PULUMI_VERSION,
  readToolChoice,
  type Source,
  TOOL_CHOICE_FILE,
  type ToolChoice,
} from "../ops/tools.ts";
import { ensureOfficialPulumi } from "./official.ts";
import { checkCanBuildPulumi, ensureOfflineImages, ensureOfflinePulumi } from "./offline.ts";
import { readWantedTools } from "./wanted-tools.ts";

const PULUMI_DOWNLOAD = `https://get.pulumi.com/releases/sdk/pulumi-v${PULUMI_VERSION}-linux-x64.tar.gz`;
const IMAGE_REGISTRY = "https://registry-1.docker.io/v2/";
const REACH_SECONDS = 8;

/** Sees to it that the tools are there, and says which they are and why. */
export async function ensureTools(): Promise<ToolChoice> {
  return await ensure(({ pulumi, images }) => [ensurePulumi(pulumi), ensureImages(images)]);
}

/** The same for what runs no container, and so needs no images, nor Docker to make them. */
export async function ensurePulumiOnly(): Promise<ToolChoice> {
  return await ensure(({ pulumi }) => [ensurePulumi(pulumi)]);
}

async function ensure(work: (choice: ToolChoice) => Promise<void>[]): Promise<ToolChoice> {
  const choice = readToolChoice() ?? (await choose());
  sayChoice(choice);
  // Before the images, which take a while: what is missing is said at once.
  if (choice.pulumi === "offline") await checkCanBuildPulumi();
  await allOf(work(choice));
  mkdirSync(OWN, { recursive: true, mode: 0o700 });
  writeFileSync(TOOL_CHOICE_FILE, `${JSON.stringify(choice, null, 2)}\n`);
  return choice;
}

/** SLIPWAY_TOOLS decides; without it, what can be reached does. */
async function choose(): Promise<ToolChoice> {
  const wanted = process.env["SLIPWAY_TOOLS"];
  if (wanted !== undefined) return { ...readWantedTools(wanted), asked: true };
  const [pulumi, images] = await Promise.all([reach(PULUMI_DOWNLOAD), reach(IMAGE_REGISTRY)]);
  return { pulumi: source(pulumi), images: source(images), asked: false };
}

const source = (reached: boolean): Source => (reached ? "official" : "offline");

/** Any answer will do: a registry says 401 to those it does not know. */
async function reach(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(REACH_SECONDS * 1000);
    const answer = await fetch(url, { method: "HEAD", signal });
    return answer.status < 500 && answer.status !== 403;
  } catch {
    return false;
  }
}

function sayChoice({ pulumi, images, asked }: ToolChoice): void {
  const because = (host: string) =>
    asked ? "because SLIPWAY_TOOLS asked for it" : `because ${host} could not be reached`;
  say(
    pulumi === "official"
      ? `Pulumi: the official ${PULUMI_VERSION} and its plugins.`
      : `Pulumi: ${PULUMI_VERSION} built here from source, with stand-ins for its plugins, ` +
          `${because("get.pulumi.com")}.`,
  );
  say(
    images === "official"
      ? "Images: the official ones of Postgres, Nginx and Node."
      : `Images: stand-ins made from Debian packages, ${because("Docker Hub")}.`,
  );
}

/** Waits for all, so that nothing is left at work behind an error, and then throws the first. */
async function allOf(work: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

async function ensurePulumi(from: Source): Promise<void> {
  await (from === "official" ? ensureOfficialPulumi() : ensureOfflinePulumi());
}

async function ensureImages(from: Source): Promise<void> {
  if (from === "official") return; // The engine pulls them when a container needs them.
  await ensureOfflineImages();
}
