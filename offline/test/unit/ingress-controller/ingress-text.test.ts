import { describe, expect, test } from "vitest";
import type { IngressSpec } from "../../../testing/ingress-controller/controller/cluster/objects.ts";
import {
  ingressConfig,
  type Surroundings,
} from "../../../testing/ingress-controller/controller/nginx/ingress-config.ts";
import { ingressText } from "../../../testing/ingress-controller/controller/nginx/ingress-text.ts";
import { mergeableConfig } from "../../../testing/ingress-controller/controller/nginx/mergeable-config.ts";
import { DEFAULT_SETTINGS } from "../../../testing/ingress-controller/controller/rules/settings.ts";
import { hostRule, listeningLog, madeIngress } from "./resources.ts";

const { log, said } = listeningLog();
const surroundings: Surroundings = {
  settings: DEFAULT_SETTINGS,
  ipv6: false,
  log,
  endpoints: () => ["10.0.0.1:8080", "10.0.0.2:8080"],
  certificate: (name) =>
    name === "missing" ? { problem: `no ${name}` } : { path: `/etc/nginx/secrets/app-${name}` },
};
const spec: IngressSpec = { rules: [hostRule("a.example", "/")] };

function made(
  annotations: Readonly<Record<string, string>> = {},
  given: Partial<IngressSpec> = {},
  others: Partial<Surroundings> = {},
) {
  const ingress = madeIngress("web", { ...spec, ...given }, annotations);
  const hosts = new Set(["a.example"]);
  const { config, warnings } = ingressConfig(ingress, hosts, { ...surroundings, ...others });
  return { text: ingressText(config), warnings };
}

const type = (name: string) => ({ "nginx.org/mergeable-ingress-type": name });

describe("the configuration of an Ingress", () => {
  test("it is one server a host, with an upstream for each service", () => {
    expect(made().text).toBe(`# configuration for app/web
upstream app-web-a.example-web-80 {
    zone app-web-a.example-web-80 256k;
    random two least_conn;
    server 10.0.0.1:8080 max_fails=1 fail_timeout=10s max_conns=0;
    server 10.0.0.2:8080 max_fails=1 fail_timeout=10s max_conns=0;
}
server {
    listen 80;
    server_tokens on;
    server_name a.example;
    set $resource_type "ingress";
    set $resource_name "web";
    set $resource_namespace "app";
    set $service "-";
    location / {
        set $service "web";
        proxy_http_version 1.1;
        proxy_connect_timeout 60s;
        proxy_read_timeout 60s;
        proxy_send_timeout 60s;
        client_max_body_size 1m;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Host $host;
        proxy_set_header X-Forwarded-Port $server_port;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_buffering on;
        proxy_pass http://app-web-a.example-web-80;
    }
}
`);
  });

  test("a service without endpoints leads where nothing listens, which the Ingress is not told", () => {
    const { text, warnings } = made({}, {}, { endpoints: () => [] });
    expect(text).toContain("server 127.0.0.1:8181 max_fails=1 fail_timeout=10s max_conns=0;");
    expect(warnings).toEqual([]);
  });

  test("a certificate is a file whose path has a variable, and HTTP is led to HTTPS", () => {
    const tls = [{ hosts: ["a.example"], secretName: "site" }];
    const { text } = made({}, { tls });
    expect(text).toContain("listen 443 ssl;");
    expect(text).toContain("ssl_certificate $secret_dir_path/app-site;");
    expect(text).toContain("return 301 https://$host:443$request_uri;");
    expect(made({ "nginx.org/ssl-redirect": "false" }, { tls }).text).not.toContain("301");
  });

  test("a missing certificate ends every handshake, and is all that the Ingress is told", () => {
    const tls = [{ hosts: ["a.example"], secretName: "missing" }];
    const { text, warnings } = made({ "ingress.kubernetes.io/ssl-redirect": "true" }, { tls });
    expect(text).toContain("ssl_reject_handshake on;");
    expect(warnings).toEqual(["no missing"]);
  });

  test.each([
    [{ "nginx.org/proxy-read-timeout": "90" }, "proxy_read_timeout 90s;"],
    [{ "nginx.org/client-max-body-size": "8m" }, "client_max_body_size 8m;"],
    [{ "nginx.org/proxy-buffering": "false" }, "proxy_buffering off;"],
    [{ "nginx.org/redirect-to-https": "true" }, "proxy_set_header X-Forwarded-Proto https;"],
    [{ "nginx.org/websocket-services": "web" }, "proxy_set_header Upgrade $http_upgrade;"],
    [{ "nginx.org/rewrites": "serviceName=web rewrite=/v1/" }, "web-80/v1/;"],
    [{ "nginx.org/rewrite-target": "/new" }, "rewrite / /new break;"],
    [{ "nginx.org/proxy-set-headers": "X-A: b,X-C" }, 'proxy_set_header X-C "$http_x_c";'],
    [{ "nginx.org/lb-method": "ip_hash" }, "    ip_hash;"],
    [{ "nginx.org/keepalive": "8" }, 'proxy_set_header Connection "";'],
    [{ "nginx.org/max-fails": "0" }, "max_fails=0"],
    [{ "nginx.org/path-regex": "case_sensitive" }, 'location ~ "^/" {'],
    [{ "nginx.org/server-snippets": "gzip on;\ngzip_vary on;" }, "    gzip on;\n    gzip_vary on;"],
    [
      { "nginx.org/hsts": "true", "nginx.org/hsts-behind-proxy": "true" },
      '"max-age=2592000; preload"',
    ],
  ])("%j makes: %s", (annotations, line) => {
    expect(made(annotations).text).toContain(line);
  });

  test("a limit of requests has a zone of the Ingress's name; a wrong rate is no limit", () => {
    const burst = { "nginx.org/limit-req-burst": "5", "nginx.org/limit-req-no-delay": "true" };
    const { text } = made({ "nginx.org/limit-req-rate": "10r/s", ...burst });
    expect(text).toContain("limit_req_zone $binary_remote_addr zone=app/web:10m rate=10r/s;");
    expect(text).toContain("limit_req zone=app/web burst=5 nodelay;");
    expect(text).toContain("limit_req_status 429;");
    expect(made({ "nginx.org/limit-req-rate": "10" }).text).not.toContain("limit_req");
    expect(said.join("")).toContain("invalid value for nginx.org/limit-req-rate: got 10");
  });

  test("minions add their paths to the server of their master, and take over some annotations", () => {
    const inherited = { "nginx.org/proxy-read-timeout": "9s", "nginx.org/hsts": "true" };
    const master = madeIngress(
      "top",
      { rules: [hostRule("a.example")] },
      {
        ...type("master"),
        ...inherited,
        "nginx.org/proxy-set-headers": "X-A: top,X-B: top",
      },
    );
    const minion = madeIngress(
      "api",
      { rules: [hostRule("a.example", "/api")] },
      {
        ...type("minion"),
        "nginx.org/proxy-set-headers": "X-A: api",
        "nginx.org/ssl-redirect": "false",
      },
    );
    const { config } = mergeableConfig(
      {
        ingress: master,
        hosts: new Set(["a.example"]),
        warnings: [],
        minions: [{ ingress: minion, paths: new Set(["/api"]), warnings: [] }],
      },
      surroundings,
    );
    const text = ingressText(config);
    expect(text).toContain("# configuration for app/top");
    expect(text).toContain("        # location for minion app/api");
    expect(text).toContain("proxy_read_timeout 9s;");
    expect(text).toContain(
      '        proxy_set_header X-A "api";\n        proxy_set_header X-B "top";\n',
    );
    expect(said.join("")).toContain("cannot contain the 'nginx.org/ssl-redirect' annotation(s)");
  });
});
