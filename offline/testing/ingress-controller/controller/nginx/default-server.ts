import type { Arguments } from "../arguments.ts";
import type { Settings } from "../rules/settings.ts";
import type { IngressConfig, Tls } from "./model.ts";

/** What answers for hosts that no Ingress has. */
export function defaultServerConfig(
  settings: Settings,
  values: Arguments,
  tls: Tls,
): IngressConfig {
  const { realIpHeader, realIpRecursive, setRealIpFrom } = settings;
  return {
    upstreams: [],
    requestLimitZones: [],
    keepalive: 0,
    servers: [
      {
        name: "_",
        isDefault: true,
        tls,
        ipv6: !values["disable-ipv6"],
        http2: settings.http2,
        serverTokens: settings.serverTokens,
        realIp: { header: realIpHeader, recursive: realIpRecursive, from: setRealIpFrom },
        strictTransport: { ...settings.strictTransport, enabled: false },
        sslRedirect: false,
        redirectToHttps: false,
        accessLogOff: settings.defaultServerAccessLogOff,
        snippets: [],
        healthUri: values["health-status"] ? values["health-status-uri"] : undefined,
        answer: settings.defaultServerReturn,
        locations: [],
      },
    ],
  };
}
