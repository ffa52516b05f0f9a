import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseJsonObject } from "../../infra/json-object.ts";
import { PROJECT, ROOT, stackFile } from "../project.ts";
import { defaultTextOf } from "../settings/default-text.ts";
import { readStackFile } from "../stack-file.ts";
import { UserError } from "../user-error.ts";

/** What an image is built from. */
export interface BuildSettings {
  /** The folder, absolute. */
  readonly context: string;
  /** The Dockerfile, absolute. */
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly args: Readonly<Record<string, string>>;
}

/** As they are typed; what is left out, the stack's file says, or the defaults of the table. */
export interface BuildOptions {
  readonly stack?: string | undefined;
  readonly app?: string | undefined;
  readonly dockerfile?: string | undefined;
  readonly target?: string | undefined;
  readonly buildArgs: readonly string[];
}

export function readBuildSettings(options: BuildOptions): BuildSettings {
  const setting = options.stack === undefined ? defaultTextOf : settingsOf(options.stack);
  const context = options.app === undefined ? join(ROOT, setting("appPath")) : resolve(options.app);
  const dockerfile = join(context, options.dockerfile ?? setting("dockerfile"));
  if (!existsSync(dockerfile)) {
    throw new UserError(
      `There is no ${dockerfile}. Say where the app is (--app FOLDER, --dockerfile FILE in it), or which ` +
        "stack's file says so (-s STACK: appPath, dockerfile).",
    );
  }
  return {
    context,
    dockerfile,
    target: options.target ?? (setting("buildTarget") || undefined),
    args: {
      ...parseStrings(setting("buildArgs")),
      ...Object.fromEntries(options.buildArgs.map(parseBuildArg)),
    },
  };
}

type Setting = (key: string) => string;

/** In the clear without the engine: what an image is built from is no secret, and a runner that packs has no passphrase. */
function settingsOf(stack: string): Setting {
  const file = stackFile(stack);
  if (!existsSync(file)) {
    throw new UserError(`There is no Pulumi.${stack}.yaml. Leave -s out for the defaults.`);
  }
  const { config } = readStackFile(stack);
  return (key) => {
    const value = config?.[`${PROJECT}:${key}`];
    if (value === undefined) return defaultTextOf(key);
    if (typeof value === "object" && value !== null && !("secure" in value)) {
      return JSON.stringify(value);
    }
    if (typeof value === "object") {
      throw new UserError(
        `${key} is encrypted in Pulumi.${stack}.yaml, but is no secret: it would be in the image. ` +
          `\`npm run pulumi -- config rm ${key} -s ${stack}\``,
      );
    }
    return String(value);
  };
}

function parseStrings(text: string): Record<string, string> {
  const value = parseJsonObject(text || "{}");
  if (value === undefined) {
    throw new UserError(`buildArgs is ${text}; it must be a map of strings.`);
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, String(one)]));
}

function parseBuildArg(text: string): [string, string] {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new UserError(`--build-arg is "${text}"; it must be NAME=VALUE.`);
  }
  if (name === "COMMIT") throw new UserError("The build argument COMMIT is set by Slipway itself.");
  return [name, value];
}
