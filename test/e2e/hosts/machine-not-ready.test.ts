import { describe, expect, onTestFinished, test } from "vitest";
import { chosenTools } from "../../../ops/tools.ts";
import { CloudClone } from "./cloud-clone.ts";
import { type Prepare, SimulatedCloud } from "./simulated-cloud.ts";
import { digitaloceanRequests } from "./simulated-requests.ts";

/** Long enough for a first boot. */
const READY_SECONDS = 120;

// The official plugins ask the real cloud.
describe.runIf(chosenTools().pulumi === "offline")("a machine that never gets ready", () => {
  test("Its first boot fails: so does the up, with the last lines that it wrote", async () => {
    const { code, output } = await upWhere((host) =>
      host.inside(["sh", "-c", "rm -r /etc/apt/sources.list.d /var/cache/apt/archives/*.deb"]),
    );
    expect(code).not.toBe(0);
    expect(output).toContain("cloud-init did not end well. The last lines:");
    expect(output).toContain("Failure when attempting to install packages: ['docker.io'");
  });

  test("Docker does not come up: the up fails when the time is over, with what Docker said", async () => {
    const started = Date.now();
    const { code, output } = await upWhere((host) =>
      host.inside(["sh", "-c", "echo 'exit 1' >/etc/default/docker"]),
    );
    expect(code).not.toBe(0);
    expect(output).toMatch(
      /Docker does not answer on this machine\. It said:\s+Cannot connect to the Docker daemon/,
    );
    expect((Date.now() - started) / 1000).toBeLessThan(READY_SECONDS + 90);
  });
});

async function upWhere(prepare: Prepare) {
  const cloud = await SimulatedCloud.make(prepare);
  onTestFinished(() => cloud.remove());
  const settings = { host: "droplet", readySeconds: String(READY_SECONDS) };
  const stack = await CloudClone.make(cloud, digitaloceanRequests(cloud), settings);
  onTestFinished(() => stack.remove());
  return await stack.pulumi("up", "--yes", "--skip-preview");
}
