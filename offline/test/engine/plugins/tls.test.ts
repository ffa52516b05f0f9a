import { execFileSync } from "node:child_process";
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tlsPackage from "@pulumi/tls/package.json" with { type: "json" };
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { failureOf, Plugin, type Properties, UNKNOWN } from "./plugin.ts";

const PRIVATE_KEY = "tls:index/privateKey:PrivateKey";
let plugin: Plugin;

beforeAll(async () => {
  plugin = await Plugin.start("tls");
  await plugin.configure();
});

afterAll(async () => {
  await plugin.stop();
});

/** What OpenSSH itself makes of a private key. */
function sshKeygen(privateKey: string, ...options: string[]): string {
  const scratch = mkdtempSync(join(tmpdir(), "slipway-plugins-test-"));
  onTestFinished(() => rmSync(scratch, { recursive: true }));
  const file = join(scratch, "key");
  writeFileSync(file, privateKey, { mode: 0o600 });
  return execFileSync("ssh-keygen", [...options, "-f", file], { encoding: "utf8" });
}

describe("the plugin", () => {
  test("Its version is that of the SDK", async () => {
    expect(await plugin.version()).toBe(tlsPackage.version);
  });

  test("A type that it does not have is an error, and configuration too", async () => {
    const { message } = await failureOf(plugin.check("tls:index/certRequest:CertRequest", {}));
    expect(message).toContain(
      "the stand-in for the tls plugin has tls:index/privateKey:PrivateKey only",
    );
    const { failures } = await plugin.checkConfig({ proxy: "{}" });
    expect(failures).toEqual([expect.stringContaining("Examine values at 'mine.proxy'.")]);
  });
});

describe("a key", () => {
  test.each<[string, Properties, RegExp]>([
    ["ED25519", { algorithm: "ED25519" }, /^-----BEGIN PRIVATE KEY/],
    ["RSA", { algorithm: "RSA" }, /^-----BEGIN RSA PRIVATE KEY/],
    ["ECDSA on P256", { algorithm: "ECDSA", ecdsaCurve: "P256" }, /^-----BEGIN EC PRIVATE KEY/],
    ["ECDSA on P384", { algorithm: "ECDSA", ecdsaCurve: "P384" }, /^-----BEGIN EC PRIVATE KEY/],
    ["ECDSA on P521", { algorithm: "ECDSA", ecdsaCurve: "P521" }, /^-----BEGIN EC PRIVATE KEY/],
  ])("Of %s it is one key in all its forms, and OpenSSH takes it", async (_, inputs, pem) => {
    const { id, state } = await plugin.create(PRIVATE_KEY, inputs);
    const openssh = state["privateKeyOpenssh"]["value"];
    const [, blob] = state["publicKeyOpenssh"].trim().split(" ");
    expect(id).toMatch(/^[0-9a-f]{40}$/);
    expect(state["privateKeyPem"]["value"]).toMatch(pem);
    expect(sshKeygen(openssh, "-y")).toContain(blob);
    expect(sshKeygen(openssh, "-l")).toContain(` ${state["publicKeyFingerprintSha256"]} `);
    expect(sshKeygen(openssh, "-l", "-E", "md5")).toContain(
      `MD5:${state["publicKeyFingerprintMd5"]} `,
    );

    const text = Buffer.from("text");
    const publicKey = createPublicKey(state["publicKeyPem"]);
    for (const form of ["privateKeyPem", "privateKeyPemPkcs8"]) {
      const signature = sign(null, text, createPrivateKey(state[form]["value"]));
      expect(verify(null, text, publicKey, signature)).toBe(true);
    }
  });

  test("On P224, the default curve, it has no form for SSH, which does not know that one", async () => {
    const { state } = await plugin.create(PRIVATE_KEY, { algorithm: "ECDSA" });
    expect(state).toMatchObject({ ecdsaCurve: "P224", publicKeyOpenssh: "" });
    expect(state["privateKeyPem"]["value"]).toContain("BEGIN EC PRIVATE KEY");
  });

  test("RSA has as many bits as are asked for", async () => {
    const { state } = await plugin.create(PRIVATE_KEY, { algorithm: "RSA", rsaBits: 3072 });
    const { asymmetricKeyDetails } = createPublicKey(state["publicKeyPem"]);
    expect(asymmetricKeyDetails).toMatchObject({ modulusLength: 3072 });
  });

  test("It is never the same twice, and stays as it is when looked at again", async () => {
    const inputs = { algorithm: "ED25519" };
    const { id, state } = await plugin.create(PRIVATE_KEY, inputs);
    expect((await plugin.create(PRIVATE_KEY, inputs)).id).not.toBe(id);
    const plain = { ...state, privateKeyPem: state["privateKeyPem"]["value"] };
    expect(await plugin.read(PRIVATE_KEY, plain, inputs)).toEqual({ state, inputs });
    await plugin.delete(PRIVATE_KEY, state);
  });

  test("A preview of it knows no key", async () => {
    const { state } = await plugin.create(PRIVATE_KEY, { algorithm: "RSA" }, { preview: true });
    expect(state).toMatchObject({
      algorithm: "RSA",
      rsaBits: 2048,
      privateKeyPem: UNKNOWN,
      publicKeyOpenssh: UNKNOWN,
    });
  });

  test.each<[string, Properties, string]>([
    ["no algorithm", {}, 'The argument "algorithm" is required'],
    ["another algorithm", { algorithm: "DSA" }, "expected one of RSA, ECDSA, ED25519, got DSA"],
  ])("Of %s is said what is wrong", async (_, inputs, problem) => {
    const { failures } = await plugin.check(PRIVATE_KEY, inputs);
    expect(failures).toEqual([expect.stringContaining(problem)]);
  });

  test("An unknown property is kept and changes nothing, as the official plugin has it", async () => {
    const inputs = { algorithm: "ED25519", bits: 1 };
    expect(await plugin.check(PRIVATE_KEY, inputs)).toEqual({ inputs, failures: [] });
    const { state } = await plugin.create(PRIVATE_KEY, inputs);
    expect(state).not.toHaveProperty("bits");
    const diff = await plugin.diff(PRIVATE_KEY, state, inputs, { algorithm: "ED25519", bits: 2 });
    expect(diff.changed).toBe(false);
  });

  test("Any change makes another key, but to write down a default is none", async () => {
    const inputs = { algorithm: "RSA" };
    const diff = (change: object) => plugin.diff(PRIVATE_KEY, {}, inputs, { ...inputs, ...change });
    expect((await diff({ rsaBits: 4096 })).changes).toEqual({ rsaBits: "update-replace" });
    expect((await diff({ algorithm: "ED25519" })).replaces).toEqual(["algorithm"]);
    expect((await diff({ rsaBits: 2048, ecdsaCurve: "P224" })).changed).toBe(false);
  });
});
