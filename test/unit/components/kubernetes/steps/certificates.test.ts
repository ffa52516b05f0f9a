import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { StepRunner } from "./step-runner.ts";

const CERTIFICATE = "/apis/cert-manager.io/v1/namespaces/shop/certificates/web-acme";
const SECRET = "/api/v1/namespaces/shop/secrets/web-acme";

let steps: StepRunner;
/** What the API server has, by path; all else is not there. */
let has: Record<string, unknown>;
/** Paths of what was changed. */
const changed: string[] = [];

beforeAll(async () => {
  steps = await StepRunner.start(({ method, url = "" }, answer) => {
    if (method === "PUT") changed.push(url);
    const found = method === "PUT" ? {} : has[url];
    answer.writeHead(found === undefined ? 404 : 200, { "content-type": "application/json" });
    answer.end(JSON.stringify(found ?? { kind: "Status", code: 404 }));
  });
});
afterAll(() => steps.stop());

/** What a step says as it fails; undefined where it does not. */
async function trouble(program: string, args: object = {}): Promise<string | undefined> {
  const { code, said } = await steps.run(program, args);
  return code === 0 ? undefined : said;
}

const awaited = (seconds: number) =>
  trouble("await-certificate.ts", {
    ...{ namespace: "shop", issuer: "web", name: "web-acme", domain: "shop.example" },
    ...{ address: "203.0.113.7", seconds },
  });

const certificate = (dnsName: string, status: object) => ({
  metadata: { name: "web-acme", generation: 2 },
  spec: { dnsNames: [dnsName] },
  status,
});
/** As the object that has it. */
function signedBy(who: string) {
  const options = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const files = ["-keyout", join(steps.folder, "key"), "-subj", `/CN=${who}`];
  const pem = execFileSync("openssl", ["req", ...options, ...files], { stdio: "pipe" });
  return { data: { "tls.crt": pem.toString("base64") } };
}

const ready = { conditions: [{ type: "Ready", status: "True", observedGeneration: 2 }] };
const TIME = 120_000;

test("A cluster that was just made, and has no cert-manager, is named before an Issuer is, with what to do", {
  timeout: TIME,
}, async () => {
  has = {};
  const said = await trouble("find-cert-manager.ts");
  expect(said).toContain('slipway:tls is "acme"');
  expect(said).toContain("cert-manager is not in this one.\nInstall it (https://cert-manager.io/");
  has = { "/apis/cert-manager.io/v1": { resources: [{ name: "issuers" }] } };
  expect(await trouble("find-cert-manager.ts")).toBeUndefined();
});

test("A cluster that is there is asked for it with all else, before anything is made", {
  timeout: TIME,
}, async () => {
  const wants = { project: "shop", stack: "prod", server: "https://it", namespace: "shop" };
  const room = { pods: [], passing: [[]], loadBalancers: 0 };
  const asked = (certManager: boolean) =>
    trouble("check-cluster.ts", { ...wants, claim: false, certManager, room });
  has = { "/version": { major: "1", minor: "34" } };
  expect(await asked(false)).toBeUndefined();
  expect(await asked(true)).toContain(
    "can't take the stack; nothing was done there.\n  1. It has no cert-manager",
  );
  has["/apis/cert-manager.io/v1"] = { resources: [{ name: "issuers" }] };
  expect(await asked(true)).toBeUndefined();
});

const NOTHING_MORE = {
  "/apis/acme.cert-manager.io/v1/namespaces/shop/challenges": { items: [] },
  "/apis/acme.cert-manager.io/v1/namespaces/shop/orders": { items: [] },
};

test("A certificate counts once it is there for this very name, and is the authority's", {
  timeout: TIME,
}, async () => {
  has = { [CERTIFICATE]: certificate("shop.example", ready), [SECRET]: signedBy("Pebble") };
  expect(await awaited(60)).toBeUndefined();
  has = { ...NOTHING_MORE, ...has, [CERTIFICATE]: certificate("old.example", ready) };
  expect(await awaited(0)).toContain("There is no certificate for shop.example.");
});

test("A temporary one, which is ready to cert-manager, is not enough: the authority is asked for another", {
  timeout: TIME,
}, async () => {
  changed.length = 0;
  has = {
    ...NOTHING_MORE,
    [CERTIFICATE]: certificate("shop.example", ready),
    [SECRET]: signedBy("cert-manager.local"),
  };
  expect(await awaited(0)).toContain("There is no certificate for shop.example.");
  expect(changed).toEqual([`${CERTIFICATE}/status`]);
});

test("Where there is none in time, the authority's words and the address are said; after a failure it is asked at once", {
  timeout: TIME,
}, async () => {
  changed.length = 0;
  const reason = "wrong status code '404', expected '200'";
  const conditions = [{ type: "Ready", status: "False", message: "Issuing" }];
  has = {
    ...NOTHING_MORE,
    [CERTIFICATE]: certificate("shop.example", {
      conditions,
      lastFailureTime: "2026-11-27T08:00:00Z",
    }),
    "/apis/acme.cert-manager.io/v1/namespaces/shop/challenges": {
      items: [{ metadata: { name: "c" }, spec: { dnsName: "shop.example" }, status: { reason } }],
    },
  };
  const said = await awaited(0);
  expect(changed).toEqual([`${CERTIFICATE}/status`]);
  expect(said).toContain(reason);
  expect(said).toContain("The name has to lead to 203.0.113.7,");
});
