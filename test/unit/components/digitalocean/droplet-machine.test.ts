import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import { DropletMachine } from "../../../../components/digitalocean/droplet-machine.ts";
import { named, type Recorded, record } from "../../recorder.ts";
import { exampleSettings } from "../../stacks/example.ts";

let machine: Recorded[];
beforeAll(async () => {
  machine = await recordMachine();
});

const recordMachine = (token?: pulumi.Output<string>) =>
  record(
    () =>
      void new DropletMachine("it", {
        owner: { project: "slipway", stack: "test" },
        token,
        region: "fra1",
        size: "s-1vcpu-2gb",
        image: "ubuntu-24-04-x64",
        sshSources: ["203.0.113.0/24", "198.51.100.7/32"],
        dataGiB: 20,
        dns: undefined,
        protect: true,
        sshFiles: exampleSettings().sshFiles,
        readySeconds: 300,
      }),
  );

function only(className: string): Recorded {
  const [found, ...more] = machine.filter(({ type }) => type.endsWith(`:${className}`));
  if (found === undefined || more.length > 0) throw new Error(`Not exactly one ${className}.`);
  return found;
}

test("the firewall lets in HTTP and HTTPS from everywhere, SSH from the networks that are named, and no more", () => {
  expect(only("Firewall").inputs["inboundRules"]).toEqual([
    { protocol: "tcp", portRange: "22", sourceAddresses: ["203.0.113.0/24", "198.51.100.7/32"] },
    { protocol: "tcp", portRange: "80", sourceAddresses: ["0.0.0.0/0", "::/0"] },
    { protocol: "tcp", portRange: "443", sourceAddresses: ["0.0.0.0/0", "::/0"] },
  ]);
  expect(only("Firewall").inputs["dropletIds"]).toEqual([7]);
});

test("what is for the first boot alone does not replace a droplet that runs", () => {
  expect(only("Droplet").ignoreChanges).toEqual(["userData", "image", "sshKeys"]);
});

test("volume and address leave the old droplet before the next one takes them", () => {
  for (const className of ["Droplet", "VolumeAttachment", "ReservedIpAssignment"]) {
    expect([className, only(className).deleteBeforeReplace]).toEqual([className, true]);
  }
});

test("a droplet that goes has its volume until it has shut down", () => {
  for (const className of ["VolumeAttachment", "ReservedIpAssignment"]) {
    expect([className, only(className).deletedWith]).toEqual([className, only("Droplet").id]);
  }
});

test("the droplet is monitored, ends in order, and has the tags of its stack", () => {
  expect(only("Droplet").inputs).toMatchObject({
    region: "fra1",
    size: "s-1vcpu-2gb",
    image: "ubuntu-24-04-x64",
    monitoring: true,
    gracefulShutdown: true,
    tags: ["slipway", "slipway-test"],
  });
  expect(only("Volume").inputs).toMatchObject({
    size: 20,
    tags: ["slipway", "slipway-test"],
  });
});

test("the machine waits for its volume, its address and its firewall", () => {
  const server = only("SshMachine");
  for (const className of ["VolumeAttachment", "ReservedIpAssignment", "Firewall"]) {
    expect(server.after).toContain(only(className).id);
  }
  const ready = named(machine, "it-ssh-ready");
  expect(ready.after).toContain(server.id);
  expect(ready.inputs["stdin"]).toContain("/dev/disk/by-id/scsi-0DO_Volume_auto-it-data");
});

test("a token of the config is the provider's, as a secret; without one it takes the environment's", async () => {
  expect(only("digitalocean").inputs).not.toHaveProperty("token");
  const [provider] = (await recordMachine(pulumi.secret("a token"))).filter(
    ({ type }) => type === "pulumi:providers:digitalocean",
  );
  expect(provider?.inputs["token"]).toBe("a token");
  expect(JSON.stringify(provider?.shown)).not.toContain("a token");
});
