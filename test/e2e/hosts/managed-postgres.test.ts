import { describeManagedDatabase } from "./managed-database.ts";
import { digitaloceanRequests } from "./simulated-requests.ts";

describeManagedDatabase("Managed Postgres beside a droplet", {
  settings: { host: "droplet" },
  machine: "Droplet",
  images: {},
  encrypted: () => "ssl",
  prepare: async (cloud) => ({ requests: digitaloceanRequests(cloud) }),
});
