import { expect, test } from "vitest";
import { parse } from "yaml";
import { cloudConfig } from "../../../../components/machine/cloud-config.ts";
import { resolved } from "../../resolved.ts";

const KEYS = {
  authorizedKey: "ssh-ed25519 AAAA",
  hostKey: "-----BEGIN\nkey\n-----END\n",
  publicHostKey: "ssh-ed25519 BBBB",
  dataFolder: "/mnt/data",
};

const configOf = async (keys: typeof KEYS) => {
  const text = await resolved(cloudConfig(keys));
  expect(text.split("\n")[0]).toBe("#cloud-config");
  return parse(text);
};

test("the machine gets the key that is given, and lets in the one that is given, without passwords", async () => {
  const config = await configOf(KEYS);
  expect(config.ssh_keys).toEqual({
    ed25519_private: KEYS.hostKey,
    ed25519_public: KEYS.publicHostKey,
  });
  expect(config.users).toMatchObject([
    { name: "slipway", groups: "docker", ssh_authorized_keys: [KEYS.authorizedKey] },
  ]);
  expect(config.ssh_pwauth).toBe(false);
});

test("no text of a key breaks out of its place", async () => {
  const hostKey = `"}\nruncmd: ["reboot"]\n# {`;
  const config = await configOf({ ...KEYS, hostKey });
  expect(config.ssh_keys.ed25519_private).toBe(hostKey);
  expect(config.runcmd).toHaveLength(2);
});

const fileOf = async (path: string): Promise<string> => {
  const { write_files: files } = await configOf(KEYS);
  return files.find((file: { path: string }) => file.path === path).content;
};

test("logs of containers that do not say so themselves are bounded too", async () => {
  expect(JSON.parse(await fileOf("/etc/docker/daemon.json"))).toMatchObject({
    "log-driver": "json-file",
    "log-opts": { "max-size": "10m", "max-file": "3" },
  });
});

test("Docker does not start before containers are kept from the metadata service", async () => {
  const unit = await fileOf("/etc/systemd/system/docker.service.d/20-slipway-metadata.conf");
  expect(unit).toBe("[Service]\nExecStartPre=/usr/local/sbin/slipway-metadata-guard\n");
  const { write_files: files, runcmd } = await configOf(KEYS);
  expect(files).toContainEqual({
    path: "/usr/local/sbin/slipway-metadata-guard",
    permissions: "0755",
    content: expect.stringContaining("-d 169.254.0.0/16 -j SLIPWAY-METADATA"),
  });
  expect(runcmd[0]).toBe("/usr/local/sbin/slipway-metadata-guard");
});

test("after a reboot Docker waits for the disk that has the data", async () => {
  const unit = await fileOf("/etc/systemd/system/docker.service.d/10-slipway.conf");
  expect(unit).toBe("[Unit]\nRequiresMountsFor=/mnt/data\n");
});
