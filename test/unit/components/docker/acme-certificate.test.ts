import { expect, test } from "vitest";
import {
  type AcmeCertificateArgs,
  renewalScript,
} from "../../../../components/docker/acme-certificate.ts";
import type { TlsSettings } from "../../../../components/nginx/names.ts";
import { deploy } from "../../../../stacks/index.ts";
import { madeBefore, named, record } from "../../recorder.ts";
import { BUILT, exampleSettings } from "../../stacks/example.ts";

const acme = {
  kind: "acme",
  email: "ops@example.org",
  server: "https://acme.example/dir",
  serverCa: undefined,
} as const;

const recordStack = (tls: TlsSettings = acme) =>
  record(() => deploy(exampleSettings({ ingress: { domain: "shop.example", tls } }), BUILT));

test("a release waits for the first certificate, and Nginx does not", async () => {
  const stack = await recordStack();
  expect(madeBefore(stack, "release-switched")).toContain("certificate-there");
  expect(madeBefore(stack, "ingress")).not.toContain("certificate");
});

test("Nginx and the client share a volume, where Nginx finds key and certificate in one file", async () => {
  const stack = await recordStack();
  const shared = { volumeName: "slipway-test-ingress-acme", containerPath: "/srv/acme" };
  for (const name of ["ingress", "certificate"]) {
    expect(named(stack, name).inputs["volumes"]).toContainEqual(shared);
  }
  const text = String(named(stack, "ingress-configured").inputs["stdin"]);
  expect(text).toContain("ssl_certificate $acme_folder/live/shop.example.pem;");
  expect(text).toContain("ssl_certificate_key $acme_folder/live/shop.example.pem;");
});

test("the client publishes no port", async () => {
  expect(named(await recordStack(), "certificate").inputs["ports"]).toBeUndefined();
});

test("a private authority's certificate is given to the client, which writes it to a file", async () => {
  const { inputs } = named(await recordStack({ ...acme, serverCa: "PEM" }), "certificate");
  expect(inputs["envs"]).toEqual(["LEGO_CA_CERTIFICATES=/tmp/acme-ca.pem", "SERVER_CA=PEM"]);
  const [, , script] = inputs["entrypoints"] as string[];
  expect(script).toContain(`printf '%s\\n' "$SERVER_CA" >/tmp/acme-ca.pem`);
});

test("without an address the authority is given none", () => {
  const args = { ...acme, domain: "shop.example" } as unknown as AcmeCertificateArgs;
  expect(renewalScript(args)).toContain("--email 'ops@example.org'");
  expect(renewalScript({ ...args, email: undefined })).not.toContain("--email");
});

test("what the client is told can't leave its quotes", () => {
  const server = "https://acme.example/'; echo $(id)";
  const args = { ...acme, server, domain: "shop.example" } as unknown as AcmeCertificateArgs;
  expect(renewalScript(args)).toContain(`--server 'https://acme.example/'\\''; echo $(id)'`);
});
