import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { env } from "node:process";
import { digestIn } from "../../ops/pack/docker-client.ts";
import { postEvent } from "./pipeline-hook.ts";

// What a bare repository runs after a push, in the place of GitLab: a pipeline that builds the image of
// the commit and pushes it by the commit as its tag, and then the webhook.

const needed = (name: string): string => {
  const value = env[name];
  if (value === undefined) throw new Error(`${name} is not set.`);
  return value;
};

const { GIT_DIR: _, ...ofDocker } = env;

for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const [, sha = "", ref = ""] = line.split(" ");
  const image = `${needed("IMAGE")}:${sha}`;
  const source = execFileSync("git", ["archive", sha]);
  const build = ["build", "--quiet", "--tag", image, "--build-arg", needed("BUILD_ARG"), "-"];
  execFileSync("docker", build, { input: source, env: ofDocker });
  const pushed = execFileSync("docker", ["push", image], { env: ofDocker, encoding: "utf8" });
  // What the job of the pipeline keeps at GitLab.
  const digest = digestIn(pushed, image);
  writeFileSync(
    join(needed("ARTIFACTS"), String(Number(needed("PIPELINE")) + 1000)),
    `SLIPWAY_IMAGE=${needed("IMAGE")}@${digest}\nSLIPWAY_COMMIT=${sha}\n`,
  );
  const [status, body] = await postEvent(needed("HOOK_URL"), needed("HOOK_TOKEN"), {
    id: Number(needed("PIPELINE")),
    ref: ref.replace(/^refs\/(heads|tags)\//, ""),
    tag: ref.startsWith("refs/tags/"),
    sha,
  });
  process.stdout.write(`webhook: ${status} ${JSON.stringify(body)}\n`);
}
