import { beforeAll, expect, test } from "vitest";
import { GceMachine } from "../../../../components/google/gce-machine.ts";
import { named, type Recorded, record } from "../../recorder.ts";
import { exampleSettings } from "../../stacks/example.ts";

let machine: Recorded[];
beforeAll(async () => {
  machine = await record(
    () =>
      void new GceMachine("it", {
        owner: { project: "slipway", stack: "test" },
        project: "acme-dev",
        region: "europe-west3",
        zone: "europe-west3-b",
        size: "e2-small",
        image: "debian-cloud/debian-13",
        sshSources: ["203.0.113.0/24", "198.51.100.7/32"],
        dataGiB: 20,
        dns: undefined,
        protect: true,
        sshFiles: exampleSettings().sshFiles,
        readySeconds: 300,
      }),
  );
});

const all = (className: string) => machine.filter(({ type }) => type.endsWith(`:${className}`));

function only(className: string): Recorded {
  const [found, ...more] = all(className);
  if (found === undefined || more.length > 0) throw new Error(`Not exactly one ${className}.`);
  return found;
}

test("the network lets in HTTP and HTTPS from everywhere, SSH from the networks that are named, and no more", () => {
  expect(all("Firewall").map(({ inputs }) => inputs)).toMatchObject([
    {
      allows: [{ protocol: "tcp", ports: ["22"] }],
      sourceRanges: ["203.0.113.0/24", "198.51.100.7/32"],
    },
    { allows: [{ protocol: "tcp", ports: ["80", "443"] }], sourceRanges: ["0.0.0.0/0"] },
  ]);
  expect(only("Network").inputs["autoCreateSubnetworks"]).toBe(false);
});

test("its service account may write logs and metrics, and nothing else", () => {
  expect(all("IAMMember").map(({ inputs }) => inputs)).toEqual(
    ["roles/logging.logWriter", "roles/monitoring.metricWriter"].map((role) => ({
      project: "acme-dev",
      role,
      member: "serviceAccount:it-account@example.org",
    })),
  );
  expect(only("Instance").inputs["serviceAccount"]).toMatchObject({
    email: "it-account@example.org",
  });
});

test("what is for the first boot alone does not replace a VM that runs", () => {
  expect(only("Instance").ignoreChanges).toEqual(['metadata["user-data"]', "bootDisk"]);
});

test("disk and address leave the old VM before the next one takes them", () => {
  expect(only("Instance").deleteBeforeReplace).toBe(true);
});

test("nobody logs in by an account or a key of the Google project", () => {
  expect(only("Instance").inputs["metadata"]).toMatchObject({
    "enable-oslogin": "FALSE",
    "block-project-ssh-keys": "TRUE",
  });
});

test("the disk for data is attached under the name by which the machine looks for it", () => {
  expect(only("Disk").inputs).toMatchObject({ zone: "europe-west3-b", size: 20 });
  expect(only("Instance").inputs["attachedDisks"]).toEqual([
    { source: "it-data-id", deviceName: "slipway-data" },
  ]);
  const ready = named(machine, "it-ssh-ready");
  expect(ready.inputs["stdin"]).toContain("/dev/disk/by-id/google-slipway-data");
  expect(ready.after).toContain(only("SshMachine").id);
  expect(only("SshMachine").after).toContain(only("Instance").id);
});
