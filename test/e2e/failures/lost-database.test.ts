import { afterAll, beforeAll, expect, test } from "vitest";
import { Clone, docker } from "../clone.ts";
import { ask } from "../conduit-client.ts";
import { setConfig } from "../config.ts";
import { writeSmallApp } from "../small-app.ts";

let clone: Clone;

beforeAll(async () => {
  clone = await Clone.make();
  writeSmallApp(clone, { migrateCommand: "node -p 1" });
  clone.write("seed.sql", "CREATE TABLE seeded AS SELECT 7 AS number;\n");
  setConfig(clone, { databaseSeed: "seed.sql", backupKeep: "0" });
  clone.commit("with a database");
  const { code, output } = await clone.slipway(["start"]);
  expect(code, output).toBe(0);
});
afterAll(() => clone?.remove());

test("On an empty volume in the place of a lost one, login, seed and migration are made again", async () => {
  expect(await seeded()).toBe("7");
  const [container = ""] = docker(
    ...["ps", "--quiet", "--filter", `label=slipway.stack=${clone.stack}`],
    ...["--filter", "label=slipway.role=database"],
  ).split("\n");
  docker("rm", "--force", container);
  docker("volume", "rm", `slipway-${clone.stack}-database`);

  // As somebody does who knows that the data is lost, and begins anew.
  const { code, output } = await clone.pulumi(["up", "--refresh", "--yes", "--skip-preview"]);
  expect(code, output).toBe(0);
  for (const step of ["database-login", "database-seed", "migrate"]) {
    expect(output).toMatch(new RegExp(` ${step} updated `));
  }
  expect(await seeded()).toBe("7");
  expect((await ask(clone.url, "/version")).image).toMatch(/^slipway-/);
});

async function seeded(): Promise<string> {
  const query = ["--", "-qXAtc", "SELECT number FROM seeded"];
  return (await clone.slipway(["psql", "-s", clone.stack, ...query])).output.trim();
}
