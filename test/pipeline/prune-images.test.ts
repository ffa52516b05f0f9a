import { afterAll, beforeAll, expect, test } from "vitest";
import { Clone } from "../e2e/clone.ts";
import { setConfig } from "../e2e/config.ts";
import { LocalRegistry } from "./local-registry.ts";

let registry: LocalRegistry;
let clone: Clone;

beforeAll(async () => {
  [registry, clone] = await Promise.all([LocalRegistry.start(), Clone.make()]);
});

afterAll(async () => {
  await registry?.remove();
  await clone?.remove();
});

const OLD = "2020-01-01T00:00:00Z";

test("old images go, and none that a rollback may need, in one command that can be tried first", async () => {
  const put = (tags: string[], created: string) => registry.put("team/app", tags, { created });
  const released = await put(["1".repeat(40), "main-then"], OLD);
  await put(["2".repeat(40), "old-branch"], "2020-01-02T00:00:00Z");
  await put(["3".repeat(40), "v1.0.0"], "2020-01-03T00:00:00Z");
  await put(["4".repeat(40), "latest", "main"], "2020-01-04T00:00:00Z");
  await put(["5".repeat(40)], "2020-01-05T00:00:00Z");

  // A stack whose record has the oldest of them.
  setConfig(clone, { target: "none" });
  const refused = await clone.slipway(["start"]);
  expect(refused.output).toContain("was not touched");
  const exported = await clone.pulumi(["stack", "export"]);
  const state = JSON.parse(exported.output.slice(exported.output.indexOf("{")));
  state.deployment.resources = [
    {
      urn: `urn:pulumi:${clone.stack}::slipway::pulumi:pulumi:Stack::slipway-${clone.stack}`,
      custom: false,
      type: "pulumi:pulumi:Stack",
      outputs: { releases: [{ image: `${registry.server}/team/app@${released}` }] },
    },
  ];
  clone.write("state.json", JSON.stringify(state));
  const imported = await clone.pulumi(["stack", "import", "--file", "state.json"]);
  expect(imported.code).toBe(0);

  const args = ["prune-images", "-s", clone.stack, "--keep", "1"];
  const env = registry.environment("team/app");
  const tried = await clone.slipway([...args, "--dry-run"], env);
  expect(tried.output).toContain("1 of 5 images would be deleted");
  expect(Object.keys(await registry.content("team/app"))).toHaveLength(10);

  const pruned = await clone.slipway(args, env);
  expect(pruned.output).toContain("Removed 1 of 5 images");
  const left = await registry.content("team/app");
  expect(Object.keys(left)).toEqual(
    expect.arrayContaining(["main-then", "v1.0.0", "latest", "main", "5".repeat(40)]),
  );
  expect(left["old-branch"]).toBeUndefined();

  const unknown = await clone.slipway(["prune-images", "-s", "nobody"], env);
  expect(unknown.code).toBe(2);
  expect(Object.keys(await registry.content("team/app"))).toEqual(Object.keys(left));
});
