import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { offlineImages } from "../../offline/images/index.ts";
import { ROOT } from "../../ops/project.ts";
import { chosenTools } from "../../ops/tools.ts";
import { Clone, docker, type Ended, ended } from "../e2e/clone.ts";
import type { FakeGitLab } from "../gitlab/fake-gitlab.ts";
import type { LocalRegistry } from "./local-registry.ts";

export interface PipelineOf {
  /** What its runner checks out: a branch, a tag or a commit. */
  readonly ref: string;
  /** Number of the merge request that it is for. */
  readonly mergeRequest?: number;
  readonly variables?: Readonly<Record<string, string>>;
  /** Jobs; all of the pipeline when it is left out. */
  readonly jobs?: readonly string[];
  /** Where its runner works; the team's own folder when it is left out. */
  readonly runner?: string;
}

/** A team's project on a GitLab that is a bare repository, a registry and an API; its pipelines run here. */
export class TeamProject {
  readonly clone: Clone;
  readonly #origin = mkdtempSync(join(tmpdir(), "slipway-origin-"));
  readonly #state = mkdtempSync(join(tmpdir(), "slipway-state-"));
  readonly #runners: string[] = [];
  readonly #registry: LocalRegistry;
  readonly #gitlab: FakeGitLab;

  private constructor(clone: Clone, registry: LocalRegistry, gitlab: FakeGitLab) {
    this.clone = clone;
    this.#registry = registry;
    this.#gitlab = gitlab;
  }

  static async make(registry: LocalRegistry, gitlab: FakeGitLab): Promise<TeamProject> {
    const project = new TeamProject(await Clone.make(), registry, gitlab);
    execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", project.#origin]);
    project.git("branch", "--move", "--force", "main");
    project.git("remote", "add", "origin", project.#origin);
    appendFileSync(
      join(project.clone.folder, ".git", "info", "exclude"),
      "*.env\npreview.*\nmetrics.txt\ncoverage.xml\n",
    );
    return project;
  }

  get dev(): string {
    return `${this.clone.stack}-dev`;
  }

  get prod(): string {
    return `${this.clone.stack}-prod`;
  }

  git(...args: string[]): string {
    const author = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
    return execFileSync("git", ["-C", this.clone.folder, ...author, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).trim();
  }

  /** Commits what is in the folder, on a branch, and pushes it; @returns the commit. */
  push(branch: string, message: string): string {
    this.git("checkout", "--quiet", "-B", branch);
    this.clone.commit(message);
    this.git("push", "--quiet", "--force", "origin", branch);
    this.#gitlab.addBranch(branch);
    return this.git("rev-parse", "HEAD");
  }

  /** What every job has in its environment. */
  get environment(): Record<string, string> {
    return {
      ...this.#registry.environment("team/app"),
      CI_API_V4_URL: this.#gitlab.url,
      CI_PROJECT_ID: this.#gitlab.project,
      GITLAB_TOKEN: this.#gitlab.tokens.api,
      PULUMI_BACKEND_URL: `file://${this.#state}`,
      PULUMI_CONFIG_PASSPHRASE: "of the team",
    };
  }

  /** Runs a pipeline as GitLab would for an event, to its end. */
  async pipeline(of: PipelineOf): Promise<Ended> {
    return await ended(this.start(of));
  }

  start({ ref, mergeRequest, variables, runner, jobs = [] }: PipelineOf): ChildProcess {
    const folder = runner ?? this.clone.folder;
    execFileSync("git", ["-C", folder, "checkout", "--quiet", "--force", "--detach", ref]);
    const isTag = /^v\d/.test(ref);
    const branch = isTag ? "" : ref;
    const slug = ref.toLowerCase().replaceAll(/[^a-z0-9]/g, "-");
    const all: Record<string, string> = {
      ...this.environment,
      CI_PIPELINE_SOURCE: mergeRequest === undefined ? "push" : "merge_request_event",
      CI_DEFAULT_BRANCH: "main",
      CI_COMMIT_REF_NAME: ref,
      CI_COMMIT_REF_SLUG: slug,
      CI_COMMIT_REF_PROTECTED: String(mergeRequest === undefined && (ref === "main" || isTag)),
      CI_REPOSITORY_URL: this.#origin,
      CI_COMMIT_BRANCH: mergeRequest === undefined ? branch : "",
      ...(isTag ? { CI_COMMIT_TAG: ref } : {}),
      ...(mergeRequest === undefined
        ? {}
        : {
            CI_MERGE_REQUEST_IID: String(mergeRequest),
            CI_MERGE_REQUEST_SOURCE_PROJECT_ID: this.#gitlab.project,
            CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: ref,
          }),
      // The runner's Docker is this machine's, and not one beside the job.
      DOCKER_HOST: process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock",
      DOCKER_TLS_VERIFY: "",
      ...variables,
    };
    const given = Object.entries(all).flatMap(([key, value]) => ["--variable", `${key}=${value}`]);
    const options = ["--force-shell-executor", "--no-artifacts-to-source", "--concurrency", "1"];
    return spawn(
      join(ROOT, "node_modules", ".bin", "gitlab-ci-local"),
      [...jobs, ...options, "--no-color", ...given],
      { cwd: folder, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } },
    );
  }

  /** Another runner's folder, with the tools of the first. */
  addRunner(): string {
    const folder = mkdtempSync(join(tmpdir(), "slipway-runner-"));
    execFileSync("git", ["clone", "--quiet", this.#origin, folder]);
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    cpSync(join(this.clone.folder, ".slipway"), join(folder, ".slipway"), {
      recursive: true,
      verbatimSymlinks: true,
    });
    this.#runners.push(folder);
    return folder;
  }

  /** A stack of this machine for the app of a few lines, with a file in the clone and no release yet. */
  async makeStack(stack: string, settings: Readonly<Record<string, string>>): Promise<void> {
    const { nginx, postgres } = offlineImages;
    const images =
      chosenTools().images === "offline" ? { images: JSON.stringify({ nginx, postgres }) } : {};
    const all = {
      ...{ build: "false", database: "none", protectData: "false" },
      ...{ migrateCommand: "", staticPath: "", healthPath: "/", drainSeconds: "1" },
      ...{ registry: this.#registry.server, registryUser: this.#registry.user },
      ...images,
      ...settings,
    };
    const config = Object.fromEntries(
      Object.entries(all).map(([key, value]) => [`slipway:${key}`, value]),
    );
    this.clone.write(`Pulumi.${stack}.yaml`, stringify({ config }));
    const made = await this.slipway("pulumi", "stack", "init", stack);
    if (made.code !== 0) throw new Error(made.output);
    await this.setSecret(stack, "registryPassword", this.#registry.password);
  }

  async setSecret(stack: string, key: string, value: string): Promise<void> {
    const args = ["pulumi", "config", "set", "--secret", key, "-s", stack];
    const child = this.clone.spawn(args, this.environment, "pipe");
    child.stdin?.end(value);
    const { code, output } = await ended(child);
    if (code !== 0) throw new Error(output);
  }

  async slipway(...args: string[]): Promise<Ended> {
    return await this.clone.slipway(args, this.environment);
  }

  /** An app of a few lines, whose page says what it is, and which listens after some seconds. */
  writeApp(page: string, seconds = 0): void {
    this.clone.write("small/server.mjs", serverOf(page, seconds));
    this.clone.write("small/Dockerfile", this.dockerfile);
  }

  get dockerfile(): string {
    return DOCKERFILE;
  }

  /** Takes the stacks down, with their data, and removes the folders. */
  async remove(stacks: readonly string[]): Promise<void> {
    const left: string[] = [];
    for (const stack of stacks) {
      const { code, output } = await this.slipway("destroy", "-s", stack, "--data", "--yes", stack);
      if (code !== 0) left.push(output);
    }
    for (const folder of [this.#origin, this.#state, ...this.#runners]) {
      rmSync(folder, { recursive: true, force: true });
    }
    await this.clone.remove();
    const packed = docker(
      "image",
      "ls",
      "--quiet",
      `--filter=reference=${this.#registry.server}/*/*`,
    );
    if (packed !== "") docker("image", "rm", "--force", ...new Set(packed.split("\n")));
    if (left.length > 0) throw new Error(left.join("\n"));
  }
}

const NODE_IMAGE =
  chosenTools().images === "offline" ? offlineImages.node : "node:24.21.0-trixie-slim";

const DOCKERFILE = `ARG NODE_IMAGE=${NODE_IMAGE}
FROM \${NODE_IMAGE}
COPY server.mjs /
ARG COMMIT=unknown
ENV APP_COMMIT=$COMMIT
CMD ["node", "/server.mjs"]
`;

const serverOf = (page: string, seconds: number) => `
import { createServer } from "node:http";
process.on("SIGTERM", () => process.exit(0));
await new Promise((go) => setTimeout(go, ${seconds} * 1000));
const { APP_IMAGE: image, APP_VERSION: version, APP_COMMIT: commit, PORT } = process.env;
createServer((_, response) => response.end(JSON.stringify({ image, version, commit, page: "${page}" })))
  .listen(Number(PORT), "0.0.0.0");
`;
