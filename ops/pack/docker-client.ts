import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { RegistryLogin } from "../registry/registry.ts";
import { UserError } from "../user-error.ts";
import type { BuildSecretFiles } from "./build-secrets.ts";
import type { BuildSettings } from "./build-settings.ts";
import { CACHE_TAG } from "./tags.ts";

/** How the client builds: with BuildKit in a container, in the engine, or as engines did before. */
export type Builder = "container" | "engine" | "legacy";

export interface Build extends BuildSettings {
  readonly reference: string;
  readonly repository: string;
  readonly commit: string;
  /** Tags of this repository whose layers may be used again; undefined takes none of the registry, as any branch can write them. */
  readonly cacheTags: readonly string[] | undefined;
  readonly push: boolean;
  readonly secrets: BuildSecretFiles;
}

/** The `docker` command with a login that is gone when the work is done. */
export class DockerClient {
  readonly #env: NodeJS.ProcessEnv;
  readonly builder: Builder;

  private constructor(env: NodeJS.ProcessEnv, builder: Builder) {
    this.#env = env;
    this.builder = builder;
  }

  /** @param login undefined leaves it to the user's own `docker login`. */
  static async with<T>(
    server: string,
    login: RegistryLogin | undefined,
    work: (client: DockerClient) => Promise<T>,
  ): Promise<T> {
    const config = login === undefined ? undefined : throwAwayConfig();
    try {
      const env = { ...process.env, ...(config === undefined ? {} : { DOCKER_CONFIG: config }) };
      await checkEngine(env);
      if (login !== undefined) await logIn(server, login, env);
      return await work(new DockerClient(env, await builderOf(env)));
    } finally {
      if (config !== undefined) rmSync(config, { recursive: true, force: true });
    }
  }

  /** Builds; @returns the digest of what was pushed as well; undefined where nothing was. */
  async build(build: Build): Promise<string | undefined> {
    // Engines without BuildKit take layers from images that they have, and from no registry.
    if (this.builder === "legacy") {
      for (const tag of build.cacheTags ?? []) {
        await this.#run(["pull", "--quiet", `${build.repository}:${tag}`], "ignore");
      }
    }
    const hasSecrets = Object.keys(build.secrets).length > 0;
    if (hasSecrets && this.builder === "legacy") await this.#checkBuildKit();
    const asBefore = this.builder === "legacy" && !hasSecrets;
    const buildKit = { DOCKER_BUILDKIT: asBefore ? "0" : "1" };
    const pushes = build.push && this.builder === "container";
    const folder = mkdtempSync(join(tmpdir(), "slipway-built-"));
    try {
      const said = join(folder, "metadata.json");
      const metadata = pushes ? ["--metadata-file", said] : [];
      const args = [...buildArguments(build, this.builder), ...metadata];
      const code = await this.#run(args, 2, buildKit);
      checkBuilt(code);
      return pushes ? digestOf(readFileSync(said, "utf8")) : undefined;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** @returns its digest, as the registry took it. */
  async push(reference: string): Promise<string> {
    const { code, said } = await take(["push", reference], this.#env);
    if (code === 0) return digestIn(said, reference);
    throw new UserError(
      `${reference} could not be pushed: ${said.trim().split("\n").slice(-3).join(" ")}\nRun the same command ` +
        "again; the built image is still here.",
      1,
    );
  }

  /** Old clients have it without buildx. */
  async #checkBuildKit(): Promise<void> {
    const { said } = await take(["build", "--help"], { ...this.#env, DOCKER_BUILDKIT: "1" });
    if (said.includes("--secret")) return;
    throw new UserError(
      "Build secrets need BuildKit, and the docker command of this machine has none. Install its buildx " +
        "component (https://docs.docker.com/go/buildx/).",
    );
  }

  #run(args: string[], output: "ignore" | 2, env: Record<string, string> = {}): Promise<number> {
    const child = spawn("docker", args, {
      stdio: ["ignore", output, output],
      env: { ...this.#env, ...env },
    });
    return new Promise((done, fail) => {
      child.once("error", fail);
      child.once("close", (code) => done(code ?? 130));
    });
  }
}

function checkBuilt(code: number): void {
  if (code === 0) return;
  throw new UserError("The image could not be built: the reason is above. Nothing was pushed.", 1);
}

/** By the word of the builder, which has pushed it. */
export const digestOf = (metadata: string): string =>
  String((JSON.parse(metadata) as Record<string, unknown>)["containerimage.digest"]);

/** By the word of `docker push`: what a registry says later, somebody else may have pushed. */
export function digestIn(said: string, reference: string): string {
  const digest = /: digest: (sha256:[0-9a-f]{64}) size: /.exec(said)?.[1];
  if (digest !== undefined) return digest;
  throw new UserError(
    `Docker did not say the digest of ${reference} that it pushed: ${said.trim()}`,
    1,
  );
}

/** Arguments of `docker` for a build. */
export function buildArguments(build: Build, builder: Builder): string[] {
  const { repository, reference, commit } = build;
  const args = Object.entries({ ...build.args, COMMIT: commit });
  return [
    ...(builder === "legacy" ? ["build"] : ["buildx", "build"]),
    ...["--file", build.dockerfile, "--tag", reference],
    ...(build.target === undefined ? [] : ["--target", build.target]),
    ...args.flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    ...Object.entries(build.secrets).flatMap(([id, path]) => ["--secret", `id=${id},src=${path}`]),
    ...["--label", `org.opencontainers.image.revision=${commit}`],
    ...cacheArguments(build, builder, `${repository}:${CACHE_TAG}`),
    build.context,
  ];
}

function cacheArguments(build: Build, builder: Builder, cache: string): string[] {
  const images = (build.cacheTags ?? []).map((tag) => `${build.repository}:${tag}`);
  if (builder === "legacy") return images.flatMap((image) => ["--cache-from", image]);
  const from = images.flatMap((image) => ["--cache-from", `type=registry,ref=${image}`]);
  // One manifest for one image: its digest is what a stack runs and what an SBOM is about.
  const alone = ["--provenance=false", "--sbom=false"];
  if (builder === "engine") return [...alone, ...from, "--cache-to", "type=inline", "--load"];
  return [
    ...alone,
    ...from,
    ...(build.cacheTags === undefined ? [] : ["--cache-from", `type=registry,ref=${cache}`]),
    ...(build.push ? ["--cache-to", `type=registry,ref=${cache},mode=max`, "--push"] : ["--load"]),
  ];
}

/** Has the user's contexts and plug-ins, and none of their logins. */
function throwAwayConfig(): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-docker-"));
  const own = process.env["DOCKER_CONFIG"] ?? join(homedir(), ".docker");
  for (const name of ["contexts", "cli-plugins", "buildx"]) {
    if (existsSync(join(own, name))) symlinkSync(join(own, name), join(folder, name));
  }
  const file = join(own, "config.json");
  const { currentContext, proxies } = existsSync(file)
    ? JSON.parse(readFileSync(file, "utf8"))
    : {};
  writeFileSync(join(folder, "config.json"), JSON.stringify({ currentContext, proxies }), {
    mode: 0o600,
  });
  return folder;
}

async function checkEngine(env: NodeJS.ProcessEnv): Promise<void> {
  const { code, said } = await take(["version", "--format", "{{.Server.Version}}"], env);
  if (code === 0) return;
  throw new UserError(
    `An image is built by Docker, and no engine answers: ${said.trim()} In a job of GitLab, the service ` +
      "docker:dind is one (ci/ has it), or a runner with Docker.",
  );
}

async function logIn(
  server: string,
  { user, password }: RegistryLogin,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const args = ["login", "--username", user, "--password-stdin", server];
  const { code, said } = await take(args, env, password);
  if (code === 0) return;
  throw new UserError(
    `${server} refused the login of ${user} (CI_REGISTRY_USER, CI_REGISTRY_PASSWORD): ${said.trim()}`,
  );
}

async function builderOf(env: NodeJS.ProcessEnv): Promise<Builder> {
  const { code, said } = await take(["buildx", "inspect"], env);
  if (code !== 0) return "legacy";
  return /^Driver:\s+docker-container$/m.test(said) ? "container" : "engine";
}

/** Runs to the end; @returns what it printed. */
function take(
  args: string[],
  env: NodeJS.ProcessEnv,
  input = "",
): Promise<{ code: number; said: string }> {
  return new Promise((done) => {
    const child = spawn("docker", args, { stdio: ["pipe", "pipe", "pipe"], env });
    let said = "";
    child.stdout.on("data", (data) => (said += data));
    child.stderr.on("data", (data) => (said += data));
    child.stdin.on("error", () => {}); // It ended without reading: what it says tells why.
    child.stdin.end(input);
    child.once("error", ({ message }) => done({ code: 127, said: message }));
    child.once("close", (code) => done({ code: code ?? 1, said }));
  });
}
