import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { stringify } from "yaml";
import { readKubeconfig, serverOf } from "../../../infra/kubeconfig.ts";

const context = (name: string, cluster: string) => ({ name, context: { cluster, user: "me" } });
const cluster = (name: string, server: unknown) => ({ name, cluster: { server } });
const GOOD = {
  "current-context": "b",
  contexts: [context("a", "one"), context("b", "two")],
  clusters: [cluster("one", "https://one.example"), cluster("two", "https://two.example:6443/")],
};

test("A kubeconfig leads to the cluster of its current context, by name, without a slash behind it", () => {
  expect(serverOf(stringify(GOOD))).toEqual({ server: "https://two.example:6443" });
  expect(serverOf(JSON.stringify({ ...GOOD, "current-context": "a" }))).toEqual({
    server: "https://one.example",
  });
});

test.each<[string, string, string]>([
  ["no YAML", "{", "is no kubeconfig"],
  ["text", "hello", "is no kubeconfig"],
  ["nothing", "", "is no kubeconfig"],
  ["a map of something else", "a: b", "is no kubeconfig"],
  [
    "no current context",
    stringify({ ...GOOD, "current-context": "" }),
    'has no current-context; it has "a", "b": `kubectl config use-context NAME --kubeconfig FILE`',
  ],
  ["no context at all", stringify({ clusters: [] }), "has no current-context"],
  [
    "another current context",
    stringify({ ...GOOD, "current-context": "c" }),
    'has no context "c", its current-context',
  ],
  [
    "no cluster of its context",
    stringify({ ...GOOD, clusters: [cluster("one", "https://one.example")] }),
    'has no cluster "two", that of its context',
  ],
  [
    "an address without a scheme",
    stringify({ ...GOOD, clusters: [cluster("two", "two.example")] }),
    'has "two.example" for its server, which is no address',
  ],
  [
    "no address",
    stringify({ ...GOOD, clusters: [cluster("two", undefined)] }),
    'has "" for its server, which is no address',
  ],
])("A kubeconfig with %s is told what is wrong", (_, text, problem) => {
  expect(serverOf(text)).toEqual({ problem });
});

describe("The file of a kubeconfig", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "slipway-kubeconfig-"));
    vi.stubEnv("HOME", join(root, "home"));
    mkdirSync(join(root, "home"));
    writeFileSync(join(root, "one"), "of the project");
    writeFileSync(join(root, "home", "one"), "of the user");
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true, force: true });
  });

  test("is found from the project, and from the user's home where it begins so", () => {
    expect(readKubeconfig(root, "one")).toEqual({ text: "of the project" });
    expect(readKubeconfig(root, "~/one")).toEqual({ text: "of the user" });
    expect(readKubeconfig("/elsewhere", join(root, "one"))).toEqual({ text: "of the project" });
  });

  test("is told where it is not there, or is a folder", () => {
    expect(readKubeconfig(root, "~one")).toEqual({ problem: `There is no file ${root}/~one` });
    expect(readKubeconfig(root, "home")).toEqual({ problem: `${root}/home is no file` });
  });
});
