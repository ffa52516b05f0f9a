import type { InFront } from "../../../components/nginx/client-claims.ts";
import { siteConf } from "../../../components/nginx/site-conf.ts";
import { deploy } from "../../../stacks/index.ts";
import type { KubernetesSettings } from "../../../stacks/settings.ts";
import { confFiles, type Files } from "../../engine/nginx/running-nginx.ts";
import { type Recorded, record } from "../../unit/recorder.ts";
import { clusterSettings, PULLED } from "../../unit/stacks/example.ts";

const SERVERS = ["web-1:3000", "web-2:3000"];
const PROXIES = ["192.0.2.0/24", "2001:db8::/32"];
const ALL = {
  domain: "shop.example",
  pathPrefix: "/shop/",
  rateLimits: { "/login": "5r/m", "/api": "10r/s" },
  trustedProxies: PROXIES,
};

const site = (name: string, tls: "off" | "acme" | "provided", trustedProxies: string[]) => ({
  [`sites/${name}/server.conf`]: siteConf({
    ...{ site: name, domain: `${name}.example`, address: `slipway-${name}:80`, tls },
    ...{ httpsPort: 8443, readSeconds: 60, trustedProxies },
  }),
});

const behind = (inFront: InFront, trustedProxies: string[]) =>
  confFiles(SERVERS, { place: { inFront, sitesFolder: undefined }, trustedProxies });

/** Each kind of configuration that Slipway writes, by what it is for. */
export async function configurations(): Promise<ReadonlyMap<string, Files>> {
  return new Map([
    ["plain", confFiles(SERVERS)],
    ["acme", confFiles(SERVERS, { ...ALL, tls: "acme" })],
    ["provided", confFiles(SERVERS, { ...ALL, tls: "provided", httpsPort: 8443 })],
    [
      "shared",
      {
        ...confFiles(SERVERS, { domain: "dev.example", tls: "acme" }),
        ...site("plain", "off", []),
        ...site("proxied", "off", PROXIES),
        ...site("acme", "acme", []),
        ...site("provided", "provided", PROXIES),
      },
    ],
    ["behind", behind("nginx", [])],
    ["behind-proxied", behind("nginx", PROXIES)],
    ["front", await front({})],
    ["front-of-foreign-controller", await front({ ingressClass: "traefik" })],
    ["controller", controller(await recordCluster({}))],
    ["controller-proxied", controller(await recordCluster({ trustedProxies: PROXIES }))],
  ]);
}

type Changes = Partial<Pick<KubernetesSettings, "ingressClass">> & {
  readonly trustedProxies?: string[];
};

function recordCluster({ trustedProxies = [], ...changes }: Changes): Promise<Recorded[]> {
  const usual = clusterSettings();
  const ingress = { ...usual.ingress, trustedProxies };
  return record(() => deploy(clusterSettings({ ...changes, ingress }), PULLED));
}

const front = async (changes: Changes) =>
  dataOf(await recordCluster({ trustedProxies: PROXIES, ...changes }), "front-conf");

/** What the ingress controller is told, where it puts it. */
function controller(stack: Recorded[]): Files {
  const data = dataOf(stack, "ingress");
  return {
    "nginx.main": `worker_rlimit_nofile ${data["worker-rlimit-nofile"]};
events {
  worker_connections ${data["worker-connections"]};
}
http {
  ssl_protocols ${data["ssl-protocols"]};
  ssl_ciphers ${data["ssl-ciphers"]};
  server_tokens off;
  server_names_hash_bucket_size ${data["server-names-hash-bucket-size"]};
${data["http-snippets"]}
  server {
    listen 80;
    server_name shop.example;
    ${data["server-snippets"]}
    location / {
      ${data["location-snippets"] ?? ""}
      proxy_set_header Host $host;
      proxy_pass http://127.0.0.1:8181;
    }
  }
}
`,
  };
}

function dataOf(stack: readonly Recorded[], name: string): Files {
  const map = stack.find((one) => one.name === name && one.type.endsWith(":ConfigMap"));
  return map?.inputs["data"] as Files;
}
