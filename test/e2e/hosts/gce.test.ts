import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chosenTools } from "../../../ops/tools.ts";
import { CloudClone, DATA } from "./cloud-clone.ts";
import { SimulatedCloud } from "./simulated-cloud.ts";
import { gcpRequests } from "./simulated-requests.ts";

// The official plugins ask the real cloud.
describe.runIf(chosenTools().pulumi === "offline")("a VM of Google that the program makes", () => {
  let cloud: SimulatedCloud;
  let stack: CloudClone;

  beforeAll(async () => {
    cloud = await SimulatedCloud.make();
    const settings = { host: "gce", gcpProject: "acme-dev", protectData: "false" };
    stack = await CloudClone.make(cloud, gcpRequests(cloud), settings);
  });
  afterAll(() => stack?.remove());
  afterAll(() => cloud?.remove());

  test("The first up makes it, it sets itself up, and the app answers at its static address", async () => {
    await stack.up();
    expect(cloud.things).toContain(`address ${await stack.address()}`);
    await stack.expectApp();
    expect(await cloud.inside("findmnt", "--noheadings", "--output=FSTYPE", DATA)).toBe("ext4");
  });

  test("A machine that is replaced has the address, the key and the data of the one before", async () => {
    await stack.sql("CREATE TABLE kept AS SELECT 'a row' AS what");
    const [lasting, address, key] = [cloud.lasting, await stack.address(), await stack.hostKey()];
    const container = await cloud.inside("docker", "ps", "--quiet", "--filter=name=database");

    await stack.removeMachine("Instance");
    expect(cloud.things).toEqual(lasting);
    await stack.up();

    expect(cloud.lasting).toEqual(lasting);
    expect(await cloud.inside("docker", "ps", "--quiet")).not.toContain(container);
    expect([await stack.address(), await stack.hostKey()]).toEqual([address, key]);
    expect(await stack.sql("SELECT what FROM kept")).toBe("a row");
    await stack.expectApp();
    await stack.succeeds("preview", "--refresh", "--expect-no-changes");
  });

  test("A destroy leaves nothing when data is not protected", async () => {
    await stack.destroy();
    expect(cloud.things).toEqual([]);
  });
});
