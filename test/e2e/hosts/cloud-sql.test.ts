import { join } from "node:path";
import { succeed } from "../../hosts/succeed.ts";
import { CloudSqlFront } from "./cloud-sql/front.ts";
import { buildProxyImage } from "./cloud-sql/proxy-image.ts";
import { describeManagedDatabase } from "./managed-database.ts";
import { gcpRequests } from "./simulated-requests.ts";

const PROXY_IMAGE = "slipway-test/cloud-sql-proxy";
const TOKEN = "a-token-that-no-cloud-has-given";

describeManagedDatabase("Cloud SQL beside a VM of Google, through the real Auth Proxy", {
  settings: { host: "gce", gcpProject: "acme-dev" },
  machine: "Instance",
  images: { cloudSqlProxy: PROXY_IMAGE },
  // It comes from where the proxy's TLS ends.
  encrypted: ({ gateway }) => `client_addr = '${gateway}'`,
  prepare: async (cloud) => {
    let connectionName = "";
    const front = await CloudSqlFront.start({
      address: cloud.gateway,
      folder: join(cloud.folder, "cloud-sql"),
      token: TOKEN,
      connectionName: () => connectionName,
      database: () => cloud.database,
    });
    await buildProxyImage(PROXY_IMAGE, front.api, TOKEN);
    const requests = gcpRequests(cloud);
    return {
      requests: {
        ...requests,
        "create databaseInstance": async (inputs) => {
          connectionName = `acme-dev:${inputs["region"]}:${inputs["name"]}`;
          await requests["create databaseInstance"]?.(inputs);
          await front.open();
        },
      },
      stop: async () => {
        await front.stop();
        await succeed("docker", ["image", "rm", PROXY_IMAGE]);
      },
    };
  },
});
