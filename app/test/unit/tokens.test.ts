import { SignJWT, UnsecuredJWT } from "jose";
import { expect, it } from "vitest";
import { Tokens } from "../../src/tokens.ts";

const OLD = "old".repeat(12);
const NEW = "new".repeat(12);

it("gives back the user whom it signed a token for", async () => {
  const tokens = new Tokens(NEW);
  expect(await tokens.verify(await tokens.sign("42"))).toBe("42");
});

it("accepts a token of the previous secret while that one is known", async () => {
  const issuedBefore = await new Tokens(OLD).sign("42");
  expect(await new Tokens(NEW, OLD).verify(issuedBefore)).toBe("42");
  expect(await new Tokens(NEW).verify(issuedBefore)).toBeUndefined();
});

it("signs with the current secret only", async () => {
  const issuedNow = await new Tokens(NEW, OLD).sign("42");
  expect(await new Tokens(NEW).verify(issuedNow)).toBe("42");
  expect(await new Tokens(OLD).verify(issuedNow)).toBeUndefined();
});

it("refuses what is no token, is unsigned, is expired or never expires", async () => {
  const tokens = new Tokens(NEW);
  const key = new TextEncoder().encode(NEW);
  const claims = () => new SignJWT().setProtectedHeader({ alg: "HS256" }).setSubject("42");
  const refused = [
    "no.token.atall",
    new UnsecuredJWT().setSubject("42").setIssuer("conduit").setExpirationTime("1h").encode(),
    await claims().setIssuer("conduit").setExpirationTime("-1s").sign(key),
    await claims().setIssuer("conduit").sign(key),
    await claims().setIssuer("another app").setExpirationTime("1h").sign(key),
  ];
  for (const token of refused) expect(await tokens.verify(token)).toBeUndefined();
});
