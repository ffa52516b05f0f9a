import { scryptSync } from "node:crypto";
import { expect, it } from "vitest";
import { hashPassword, verifyPassword } from "../../src/password.ts";

it("accepts the password that was hashed and no other", async () => {
  const stored = await hashPassword("correct horse");
  expect(await verifyPassword("correct horse", stored)).toBe(true);
  expect(await verifyPassword("correct horsf", stored)).toBe(false);
});

it("salts each hash, so equal passwords do not look equal", async () => {
  expect(await hashPassword("same password")).not.toBe(await hashPassword("same password"));
});

it("writes its parameters into the stored text", async () => {
  expect(await hashPassword("anything")).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[^$=]+\$[^$=]+$/);
});

it("verifies a hash that was made with other parameters", async () => {
  const salt = Buffer.from("sixteen bytes ok");
  const key = scryptSync("old password", salt, 32, {
    cost: 1024,
    blockSize: 4,
    parallelization: 1,
  });
  const [saltText, keyText] = [salt, key].map((b) => b.toString("base64").replace(/=+$/, ""));
  const stored = `$scrypt$ln=10,r=4,p=1$${saltText}$${keyText}`;
  expect(await verifyPassword("old password", stored)).toBe(true);
});

it("takes a password for the same however its accents were typed", async () => {
  expect(await verifyPassword("cafe\u0301 123", await hashPassword("caf\u00e9 123"))).toBe(true);
});

it("calls a stored text of another format a fault instead of a wrong password", async () => {
  await expect(verifyPassword("anything", "plain text")).rejects.toThrow("$scrypt$ format");
});
