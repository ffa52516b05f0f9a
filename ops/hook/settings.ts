import { dirname, resolve } from "node:path";
import { isJsonObject, parseJsonObject } from "../../infra/json-object.ts";
import { readPrivateFile } from "../private-file.ts";
import { UserError } from "../user-error.ts";

/** What becomes of the refs that a pattern matches. */
export interface Route {
  readonly kind: "branch" | "tag";
  /** The name of a branch or a tag; `*` stands for any characters. */
  readonly pattern: string;
  readonly stack: string;
  /** Stack whose verified image is promoted; undefined deploys the pipeline's own image. */
  readonly from: string | undefined;
}

/** What the server is told by its one file. */
export interface HookSettings {
  /** Path of the project at GitLab, as `group/app`. */
  readonly project: string;
  /** Repository of the app's images, whose tags are commits. */
  readonly image: string;
  /** Where the project is, and which of its jobs builds; undefined where only tags are promoted. */
  readonly gitlab:
    | { readonly url: string; readonly token: string | undefined; readonly job: string }
    | undefined;
  readonly registry: { readonly user: string; readonly password: string } | undefined;
  readonly routes: readonly Route[];
  readonly host: string;
  readonly port: number;
  readonly token: string;
  /** Folder for what was accepted, what became of it, and its output. */
  readonly journal: string;
  /** Whether the clone is brought to the newest commit of its branch before each deployment. */
  readonly pull: boolean;
}

const MIN_TOKEN = 16;

/**
 * Reads and checks the file.
 *
 * @throws UserError that lists every problem.
 */
export function readHookSettings(file: string): HookSettings {
  const problems: string[] = [];
  const config = parse(readPrivateFile(file, "The config"), file);
  const wrong = (key: string, rule: string) => problems.push(`${key} must be ${rule}.`);
  refuseUnknown(config, KEYS, "", problems);

  const text = (key: string, pattern: RegExp, rule: string, otherwise?: string): string => {
    const value = config[key] ?? otherwise;
    if (typeof value === "string" && pattern.test(value)) return value;
    wrong(key, rule);
    return "";
  };
  const secret = (key: string, path: unknown): string => {
    if (typeof path !== "string" || path === "") {
      wrong(key, "the path of a file");
      return "";
    }
    try {
      const value = readPrivateFile(resolve(dirname(file), path), key).trim();
      // As a command leaves it that was not found: nothing is no secret, and would be taken for one.
      if (value === "") problems.push(`${key} ${resolve(dirname(file), path)} is empty.`);
      return value;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
      return "";
    }
  };

  const listen = text("listen", LISTEN, "ADDRESS:PORT", "127.0.0.1:9010");
  const port = Number(listen.slice(listen.lastIndexOf(":") + 1));
  if (port > MAX_PORT) wrong("listen", `ADDRESS:PORT, with a port up to ${MAX_PORT}`);
  const token = secret("tokenFile", config["tokenFile"]);
  if (token !== "" && token.length < MIN_TOKEN) {
    problems.push(
      `tokenFile has ${token.length} characters; at least ${MIN_TOKEN} are needed. ` +
        "Type: openssl rand -hex 32",
    );
  }
  const settings: HookSettings = {
    project: text("project", PROJECT_PATH, "the path of a project at GitLab, like group/app"),
    image: text("image", IMAGE, "SERVER/PATH of the app's images in a registry, without a tag"),
    gitlab: readGitLab(config["gitlab"], problems, secret),
    registry: readRegistry(config["registry"], problems, secret),
    routes: readRoutes(config["deploy"], problems),
    host: listen.slice(0, listen.lastIndexOf(":")).replace(/^\[(.*)\]$/, "$1"),
    port,
    token,
    journal: resolve(dirname(file), text("journal", /^./, "a folder", "slipway-hook")),
    pull: readBoolean(config["pull"], "pull", problems),
  };
  if (config["gitlab"] === undefined && settings.routes.some(({ kind }) => kind === "branch")) {
    problems.push(
      `gitlab is missing; it must be like ${GITLAB_EXAMPLE}: which image a pipeline has built, its job is asked ` +
        "there. A name in the registry is no word for it: any branch's pipeline may push under it.",
    );
  }
  if (problems.length > 0) {
    const lines = problems.map((problem, index) => `  ${index + 1}. ${problem}`);
    throw new UserError(`${file} has mistakes, and nothing was started:\n${lines.join("\n")}`);
  }
  return settings;
}

const GITLAB_EXAMPLE = '{"url": "https://gitlab.com", "tokenFile": "gitlab-token"}';
const KEYS = [
  ...["project", "image", "gitlab", "registry", "deploy", "listen", "tokenFile", "journal", "pull"],
];
const ROUTE_KEYS = ["branch", "tag", "stack", "from"];
const PROJECT_PATH = /^[\w.-]+(\/[\w.-]+)+$/;
/** With a server, which a first part without a dot or a port is not. */
const IMAGE = /^(localhost|[a-z0-9][\w-]*(\.[\w-]+)+|[a-z0-9][\w.-]*:\d+)(:\d+)?(\/[a-z0-9._-]+)+$/;
/** The token goes nowhere in the clear, but on this machine. */
const GITLAB_URL =
  /^(https:\/\/[\w.-]+|http:\/\/(localhost|127\.\d+\.\d+\.\d+))(:\d+)?(\/[\w./-]*)?$/;
const LISTEN = /^([\w.-]+|\[[\da-f:]+\]):\d{1,5}$/i;
const MAX_PORT = 65_535;
const STACK = /^[\w][\w.-]{0,99}$/;
const REF = /^[\w./*+-]+$/;

type Config = Readonly<Record<string, unknown>>;

function parse(text: string, file: string): Config {
  const value = parseJsonObject(text);
  if (value !== undefined) return value;
  throw new UserError(`${file} is no JSON object. docs/hook.md has one to begin with.`);
}

function refuseUnknown(
  config: Config,
  known: readonly string[],
  where: string,
  problems: string[],
) {
  for (const key of Object.keys(config)) {
    if (known.includes(key)) continue;
    problems.push(`${where}${key} is no setting; there are ${known.join(", ")}.`);
  }
}

function readRoutes(value: unknown, problems: string[]): Route[] {
  if (!Array.isArray(value) || value.length === 0) {
    problems.push('deploy must be a list, like [{"branch": "main", "stack": "dev"}].');
    return [];
  }
  return value.flatMap((one: unknown, index) => {
    const where = `deploy[${index}]`;
    if (!isJsonObject(one)) {
      problems.push(`${where} must be an object with branch or tag, and stack.`);
      return [];
    }
    refuseUnknown(one, ROUTE_KEYS, `${where}.`, problems);
    const { branch, tag, stack, from } = one;
    const kind = branch === undefined ? "tag" : "branch";
    const pattern = branch ?? tag;
    const isOne = (branch === undefined) !== (tag === undefined);
    if (!isOne || typeof pattern !== "string" || !REF.test(pattern)) {
      problems.push(`${where} must have either branch or tag, a name in which * is anything.`);
    }
    if (typeof stack !== "string" || !STACK.test(stack)) {
      problems.push(`${where}.stack must be the name of a stack.`);
    }
    if (kind === "tag" && from === undefined) {
      problems.push(
        `${where}.from must be the stack whose image a tag promotes: a tag is never built.`,
      );
    }
    if (from !== undefined && (typeof from !== "string" || !STACK.test(from))) {
      problems.push(`${where}.from must be the name of a stack.`);
    }
    if (from !== undefined && from === stack) {
      problems.push(
        `${where}.from is ${String(stack)} itself; it must be the stack that verified the image.`,
      );
    }
    if (kind === "branch" && from !== undefined) {
      problems.push(`${where}.from is for tags; a branch deploys its own image.`);
    }
    return [
      {
        kind,
        pattern: String(pattern),
        stack: String(stack),
        from: typeof from === "string" ? from : undefined,
      } as const,
    ];
  });
}

function readGitLab(
  value: unknown,
  problems: string[],
  secret: (key: string, path: unknown) => string,
): HookSettings["gitlab"] {
  if (value === undefined) return undefined;
  if (!isJsonObject(value) || typeof value["url"] !== "string" || !GITLAB_URL.test(value["url"])) {
    problems.push(`gitlab must be like ${GITLAB_EXAMPLE}.`);
    return undefined;
  }
  refuseUnknown(value, ["url", "tokenFile", "job"], "gitlab.", problems);
  const { url, tokenFile, job = "pack" } = value;
  if (typeof job !== "string" || job === "") problems.push("gitlab.job must be the name of a job.");
  return {
    url: url.replace(/\/+$/, ""),
    // Anybody may read the jobs of a public project.
    token: tokenFile === undefined ? undefined : secret("gitlab.tokenFile", tokenFile),
    job: String(job),
  };
}

function readRegistry(
  value: unknown,
  problems: string[],
  secret: (key: string, path: unknown) => string,
): HookSettings["registry"] {
  if (value === undefined) return undefined;
  if (!isJsonObject(value) || typeof value["user"] !== "string" || value["user"] === "") {
    problems.push('registry must be like {"user": "NAME", "passwordFile": "FILE"}.');
    return undefined;
  }
  refuseUnknown(value, ["user", "passwordFile"], "registry.", problems);
  return {
    user: value["user"],
    password: secret("registry.passwordFile", value["passwordFile"]),
  };
}

function readBoolean(value: unknown, key: string, problems: string[]): boolean {
  if (value !== undefined && typeof value !== "boolean") {
    problems.push(`${key} must be true or false.`);
  }
  return value === true;
}
