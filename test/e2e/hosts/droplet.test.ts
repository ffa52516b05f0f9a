import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chosenTools } from "../../../ops/tools.ts";
import { setConfig } from "../config.ts";
import { CloudClone, DATA } from "./cloud-clone.ts";
import { SimulatedCloud } from "./simulated-cloud.ts";
import { digitaloceanRequests } from "./simulated-requests.ts";

// The official plugins ask the real cloud.
describe.runIf(chosenTools().pulumi === "offline")("a droplet that the program makes", () => {
  let cloud: SimulatedCloud;
  let stack: CloudClone;

  beforeAll(async () => {
    cloud = await SimulatedCloud.make();
    stack = await CloudClone.make(cloud, digitaloceanRequests(cloud), { host: "droplet" });
  });
  afterAll(() => stack?.remove());
  afterAll(() => cloud?.remove());

  test("The first up makes it, it sets itself up, and the app answers at its reserved address", async () => {
    await stack.up();
    expect(cloud.things).toContain(`address ${await stack.address()}`);
    await stack.expectApp();
  });

  test("Only SSH and the web server listen to the outside, with the settings of its first boot", async () => {
    const table = await cloud.inside("ss", "--listening", "--tcp", "--numeric", "--no-header");
    const listening = table.split("\n").map((line) => line.trim().split(/ +/)[3] ?? "");
    const outside = listening.filter((address) => !/^(127\.|\[::1\])/.test(address));
    const ports = outside.map((address) => address.split(":").at(-1));
    expect([...new Set(ports)].sort()).toEqual(["22", "80"]);

    const sshd = (await cloud.inside("sshd", "-T")).toLowerCase();
    expect(sshd).toContain("passwordauthentication no\n");
    expect(sshd).toContain("maxstartups 100:30:200\n");
    const logs = await cloud.inside("docker", "info", "--format={{.LoggingDriver}}");
    expect(logs).toBe("json-file");
  });

  test("No container reaches the metadata service of the cloud, also after its guard ran again", async () => {
    await cloud.inside("/usr/local/sbin/slipway-metadata-guard");
    const rules = await cloud.inside("iptables", "--list-rules", "DOCKER-USER");
    expect(rules.split("\n").filter((rule) => rule.includes("169.254"))).toEqual([
      "-A DOCKER-USER -d 169.254.0.0/16 -j SLIPWAY-METADATA",
    ]);
    const nginx = await cloud.inside(
      "docker",
      "ps",
      "--quiet",
      "--filter=label=slipway.role=ingress",
    );
    const curl = "code=0; curl -s -m 5 http://169.254.169.254/ || code=$?; echo $code";
    // 7 is a refusal at once; without the rules nobody would answer, which is 28.
    expect(await cloud.inside("docker", "exec", nginx, "sh", "-c", curl)).toBe("7");
    const counted = await cloud.inside(
      "iptables",
      "--list",
      "SLIPWAY-METADATA",
      "--verbose",
      "--numeric",
    );
    expect(counted).toMatch(/^ *[1-9]\d* .* REJECT /m);
  });

  test("The data of Postgres is on the volume, a disk of its own", async () => {
    expect(await cloud.inside("findmnt", "--noheadings", "--output=FSTYPE", DATA)).toBe("ext4");
    expect(await cloud.inside("ls", `${DATA}/database`)).toBe("18");
    const volumes = await cloud.inside("docker", "volume", "ls", "--format={{.Name}}");
    expect(volumes).not.toContain("database");
  });

  test("A preview has nothing to change, not even after a look at the machine", async () => {
    await stack.succeeds("preview", "--refresh", "--expect-no-changes");
  });

  test("A machine that is replaced has the address, the key and the data of the one before", async () => {
    await stack.sql("CREATE TABLE kept AS SELECT 'a row' AS what");
    const [things, lasting] = [cloud.things, cloud.lasting];
    const known = [await stack.address(), await stack.hostKey()];

    await stack.removeMachine("Droplet");
    expect(cloud.things).toEqual(lasting);
    await stack.up();

    expect(cloud.lasting).toEqual(lasting);
    expect(cloud.things).not.toEqual(things);
    expect([await stack.address(), await stack.hostKey()]).toEqual(known);
    expect(await stack.sql("SELECT what FROM kept")).toBe("a row");
    await stack.expectApp();
    await stack.succeeds("preview", "--refresh", "--expect-no-changes");
  });

  test("A destroy is refused while data is protected, and an up brings back what it did take", async () => {
    const { lasting } = cloud;
    const { code, output } = await stack.pulumi("destroy", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    expect(output).toMatch(/Volume::machine-data" cannot be deleted\s+because it is protected/);
    expect(cloud.things).toEqual(lasting);

    await stack.up();
    expect(await stack.sql("SELECT what FROM kept")).toBe("a row");
    await stack.expectApp();
  });

  test("A destroy leaves nothing when data is not protected", async () => {
    setConfig(stack.clone, { protectData: "false" });
    await stack.up();
    await stack.destroy();
    expect(cloud.things).toEqual([]);
  });
});
