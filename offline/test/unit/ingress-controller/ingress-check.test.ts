import { describe, expect, test } from "vitest";
import type { IngressSpec } from "../../../testing/ingress-controller/controller/cluster/objects.ts";
import { ingressProblems } from "../../../testing/ingress-controller/controller/rules/ingress-check.ts";
import { hostRule, madeIngress } from "./resources.ts";

const good: IngressSpec = { rules: [hostRule("a.example", "/")] };

function problems(
  spec: IngressSpec,
  annotations: Readonly<Record<string, string>> = {},
  snippetsEnabled = false,
): string[] {
  return ingressProblems(madeIngress("web", spec, annotations), snippetsEnabled);
}

describe("what the Ingress controller has against an Ingress", () => {
  test("nothing, if it has a host and its annotations are in order", () => {
    const annotations = {
      "nginx.org/proxy-read-timeout": "1h 30m",
      "nginx.org/client-max-body-size": "2g",
      "nginx.org/websocket-services": "web",
      "nginx.org/rewrites": "serviceName=web rewrite=/v1/",
      "nginx.org/lb-method": "hash $request_uri consistent",
      "nginx.org/limit-req-rate": "not checked, only logged",
      "example.org/other": "of another's",
    };
    expect(problems(good, annotations)).toEqual([]);
  });

  test.each<[string, IngressSpec, string]>([
    ["no rules", {}, "spec.rules: Required value"],
    ["no host", { rules: [{}] }, "spec.rules[0].host: Required value"],
    [
      "a host twice",
      { rules: [hostRule("a"), hostRule("a")] },
      'spec.rules[1].host: Duplicate value: "a"',
    ],
    [
      "a path that climbs",
      { rules: [hostRule("a", "/x/..")] },
      "spec.rules[0].http.paths[0].path: Invalid value: \"/x/..\": path traversal not allowed, path must not contain '..' segments",
    ],
    [
      "a backend that is no service",
      { defaultBackend: { resource: {} }, ...good },
      "spec.defaultBackend.resource: Forbidden: resource backends are not supported",
    ],
  ])("%s", (_, spec, problem) => {
    expect(problems(spec)).toEqual([problem]);
  });

  test.each([
    ["proxy-read-timeout", "soon", 'Invalid value: "soon": must be a time'],
    ["client-max-body-size", "", "Required value"],
    ["redirect-to-https", "yes", 'Invalid value: "yes": must be a boolean'],
    ["max-fails", "-1", 'Invalid value: "-1": must be a non-negative integer'],
    ["hsts-max-age", "5", "Forbidden: related annotation nginx.org/hsts: must be set"],
    ["server-snippets", "x", "Forbidden: snippet specified but snippets feature is not enabled"],
    ["proxy-set-headers", "X-A: $host", 'Invalid value: "X-A: $host": invalid character'],
    ["websocket-services", "api", "The following services were not found: api"],
    ["limit-req-key", "a;b", "must consist of one or more NGINX variable references"],
    ["limit-req-nodelay", "true", "Forbidden: this stand-in for the controller lacks it"],
  ])("nginx.org/%s: %j", (name, value, problem) => {
    expect(problems(good, { [`nginx.org/${name}`]: value })).toEqual([
      expect.stringContaining(problem),
    ]);
  });

  test("an annotation of any of the controller's prefixes that is not here is refused", () => {
    const names = ["nginx.com/jwt-key", "appprotect.f5.com/app-protect-enable"];
    const annotations = Object.fromEntries(names.map((name) => [name, "x"]));
    expect(problems(good, annotations)).toHaveLength(2);
  });

  test("a master has one host and no path, a minion has paths and no certificate", () => {
    const type = (name: string) => ({ "nginx.org/mergeable-ingress-type": name });
    expect(problems({ rules: [hostRule("a")] }, type("master"))).toEqual([]);
    expect(problems(good, type("master"))).toEqual([
      "spec.rules[0].http.paths: Too many: 1: must have at most 0 items",
    ]);
    expect(problems(good, type("minion"))).toEqual([]);
    expect(problems({ rules: [hostRule("a")], tls: [{}] }, type("minion"))).toEqual([
      "spec.tls: Too many: 1: must have at most 0 items",
      "spec.rules[0].http.paths: Required value: must include at least one path",
    ]);
  });
});
