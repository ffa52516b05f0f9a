import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { backendUrl, inWholeFiles } from "./backend.ts";
import { LOCAL_STACK, OWN, ROOT } from "./project.ts";
import { UserError } from "./user-error.ts";

/** Where the tools come from: downloads of their makers, or what stands in where there are none. */
export type Source = "official" | "offline";

export const PULUMI_VERSION = "3.259.0";

/** Stand-ins and official plugins never share a home. */
export function pulumiHome(source: Source): string {
  return join(OWN, source);
}

/** Where both the `pulumi` package of npm and the Automation API look for the CLI of a version. */
export function cliFolder(source: Source): string {
  return join(pulumiHome(source), "versions", PULUMI_VERSION);
}

/** What was chosen when this clone was set up. */
export const TOOL_CHOICE_FILE = join(OWN, "tools.json");
export const PASSPHRASE_FILE = join(OWN, "passphrase");
export const STATE_FOLDER = join(OWN, "state");

export interface ToolChoice {
  readonly pulumi: Source;
  readonly images: Source;
  /** Whether SLIPWAY_TOOLS decided, and not what could be reached. */
  readonly asked: boolean;
}

/** Undefined until then. */
export function readToolChoice(): ToolChoice | undefined {
  if (!existsSync(TOOL_CHOICE_FILE)) return undefined;
  return JSON.parse(readFileSync(TOOL_CHOICE_FILE, "utf8"));
}

export function chosenTools(): ToolChoice {
  const choice = readToolChoice();
  if (choice === undefined) {
    throw new UserError("This clone has no tools yet. Run `npm start`, which installs them.");
  }
  return choice;
}

/** What Node has compiled of the SDK, of the program, its steps and the stand-ins; it may be removed at any time. */
const COMPILE_CACHE = join(OWN, "compile-cache");

/** In the environment of every engine of this clone and of all that it starts, and of nothing else. */
export const CLONE_MARK = { SLIPWAY_CLONE: ROOT };

/** What the pulumi command needs to find its own tools, whichever stack it works on. */
export function toolEnvironment(choice: ToolChoice): Record<string, string> {
  const folders = [join(cliFolder(choice.pulumi), "bin"), dirname(process.execPath)];
  return {
    ...CLONE_MARK,
    PULUMI_HOME: pulumiHome(choice.pulumi),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    PATH: [...folders, process.env["PATH"] ?? ""].join(delimiter),
    ...(choice.pulumi === "offline" ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
  };
}

/** State and passphrase of the clone for `local`; for other stacks `pulumi login` decides. */
export function backendEnvironment(stack: string): Record<string, string> {
  if (stack !== LOCAL_STACK) {
    const url = backendUrl(pulumiHome(chosenTools().pulumi));
    return url?.startsWith("file:") ? { PULUMI_BACKEND_URL: inWholeFiles(url) } : {};
  }
  return {
    PULUMI_BACKEND_URL: inWholeFiles(`file://${STATE_FOLDER}`),
    PULUMI_CONFIG_PASSPHRASE_FILE: PASSPHRASE_FILE,
  };
}
