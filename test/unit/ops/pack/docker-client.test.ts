import { expect, test } from "vitest";
import {
  type Build,
  buildArguments,
  digestIn,
  digestOf,
} from "../../../../ops/pack/docker-client.ts";
import { tagsOf } from "../../../../ops/pack/tags.ts";

const build: Build = {
  context: "/team/app",
  dockerfile: "/team/app/Dockerfile",
  target: "runtime",
  args: { NODE_ENV: "production" },
  reference: "host/app:abc",
  repository: "host/app",
  commit: "abc",
  cacheTags: ["main"],
  push: true,
  secrets: {},
};
const cacheOf = (builder: "container" | "engine" | "legacy", push = true) =>
  buildArguments({ ...build, push }, builder).filter((_, index, all) =>
    ["--cache-from", "--cache-to"].includes(all[index - 1] ?? ""),
  );

test("the commit is a build argument and a label, beside the stack's own arguments", () => {
  expect(buildArguments(build, "legacy")).toEqual([
    ...["build", "--file", "/team/app/Dockerfile", "--tag", "host/app:abc", "--target", "runtime"],
    ...["--build-arg", "NODE_ENV=production", "--build-arg", "COMMIT=abc"],
    ...["--label", "org.opencontainers.image.revision=abc", "--cache-from", "host/app:main"],
    "/team/app",
  ]);
});

test.each(["container", "engine", "legacy"] as const)(
  "secrets are named by their files, and their values nowhere: %s",
  (builder) => {
    const args = buildArguments({ ...build, secrets: { npmrc: "/own/npmrc" } }, builder);
    expect(args[args.indexOf("--secret") + 1]).toBe("id=npmrc,src=/own/npmrc");
  },
);

test("BuildKit in a container keeps the layers of every stage in the registry", () => {
  expect(cacheOf("container")).toEqual([
    "type=registry,ref=host/app:main",
    "type=registry,ref=host/app:buildcache",
    "type=registry,ref=host/app:buildcache,mode=max",
  ]);
  expect(buildArguments(build, "container")).toContain("--push");
});

test("BuildKit in the engine keeps them in the image itself", () => {
  expect(cacheOf("engine")).toEqual(["type=registry,ref=host/app:main", "type=inline"]);
});

test.each(["container", "engine", "legacy"] as const)(
  "of what is released, no layer is taken from the registry, where any branch can write it: %s",
  (builder) => {
    const args = buildArguments({ ...build, cacheTags: undefined }, builder);
    expect(args).not.toContain("--cache-from");
  },
);

test("the digest is that of the builder or of the push, and not of an image in it", () => {
  const [image, config] = [`sha256:${"a".repeat(64)}`, `sha256:${"b".repeat(64)}`];
  const metadata = { "containerimage.config.digest": config, "containerimage.digest": image };
  expect(digestOf(JSON.stringify(metadata))).toBe(image);
  const said = `5f70bf18a086: Pushed\nabc: digest: ${image} size: 1234\n`;
  expect(digestIn(said, "host/app:abc")).toBe(image);
  expect(() => digestIn("Pushed", "host/app:abc")).toThrow(
    "did not say the digest of host/app:abc",
  );
});

test("without a push, nothing is written to the registry", () => {
  const args = buildArguments({ ...build, push: false }, "container");
  expect(args).not.toContain("--push");
  expect(args).not.toContain("--cache-to");
});

test("names follow GitLab's rules, and only a push to the default branch is latest", () => {
  const of = (env: Record<string, string>, version = "1.0.0-2-gabcdef1") =>
    tagsOf("/nowhere", version, { CI_DEFAULT_BRANCH: "main", ...env });
  expect(of({ CI_COMMIT_BRANCH: "main" })).toEqual({ moving: ["main", "latest"], fixed: [] });
  expect(of({ CI_COMMIT_BRANCH: "Fix/Größe__" })).toEqual({ moving: ["fix-gr--e"], fixed: [] });
  expect(of({ CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "main" }).moving).toEqual(["main"]);
  expect(of({ CI_COMMIT_BRANCH: "", CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "x" }).moving).toEqual([
    "x",
  ]);
  // Another branch of which a registry would make the default one's name.
  expect(of({ CI_COMMIT_BRANCH: "Main" }).moving).toEqual([]);
  expect(of({ CI_COMMIT_TAG: "v1.0.0" }, "v1.0.0")).toEqual({ moving: [], fixed: ["v1.0.0"] });
  expect(of({ CI_COMMIT_TAG: "team/1+2" })).toEqual({ moving: [], fixed: ["team-1-2"] });
});
