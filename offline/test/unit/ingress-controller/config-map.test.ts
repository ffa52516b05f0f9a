import { describe, expect, test } from "vitest";
import {
  readConfigMap,
  unknownKeys,
} from "../../../testing/ingress-controller/controller/rules/config-map.ts";
import { DEFAULT_SETTINGS } from "../../../testing/ingress-controller/controller/rules/settings.ts";

describe("the ConfigMap of the Ingress controller", () => {
  test("an empty one leaves everything as it is by default", () => {
    expect(readConfigMap({})).toEqual({ settings: DEFAULT_SETTINGS, problems: [] });
  });

  test("its keys are the settings of Nginx", () => {
    const { settings, problems } = readConfigMap({
      "http-snippets": "keepalive_min_timeout 10s;\ngzip on;",
      "server-tokens": "False",
      "set-real-ip-from": "10.0.0.0/8,192.168.0.0/16",
      hsts: "true",
      "hsts-max-age": "100",
      "ssl-ciphers": "HIGH\n",
      "worker-processes": "auto",
    });
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({
      httpSnippets: ["keepalive_min_timeout 10s;", "gzip on;"],
      serverTokens: false,
      setRealIpFrom: ["10.0.0.0/8", "192.168.0.0/16"],
      strictTransport: { enabled: true, maxAge: 100, includeSubdomains: false },
      sslCiphers: "HIGH",
    });
  });

  test("what is wrong is left at its default, and reported", () => {
    const { settings, problems } = readConfigMap({
      http2: "yes",
      keepalive: "many",
      "access-log": "/dev/null",
      hsts: "true",
      "hsts-max-age": "long",
      "client-max-body-size": "2m",
    });
    expect(settings).toEqual({ ...DEFAULT_SETTINGS, clientMaxBodySize: "2m" });
    expect(problems).toEqual([
      "'http2' contains invalid bool, ignoring",
      `'keepalive' contains invalid integer: "many", ignoring`,
      `invalid value for 'access-log': "/dev/null", ignoring`,
      "there are configuration issues with HSTS settings, ignoring",
    ]);
  });

  test("a key that the stand-in lacks is named", () => {
    expect(unknownKeys({ zone: "x", "proxy-protocol": "true", http2: "true" })).toEqual([
      "proxy-protocol",
      "zone",
    ]);
  });
});
