import { randomBytes } from "node:crypto";
import type { SimulatedCloud } from "./simulated-cloud.ts";
import type { Requests } from "./simulator.ts";

/** What the plugin `digitalocean` asks of a simulator. */
export function digitaloceanRequests(cloud: SimulatedCloud): Requests {
  let droplets = 0;
  return {
    "create droplet": async ({ userData }) => {
      droplets += 1;
      const id = String(droplets);
      return { id, ipv4Address: await cloud.createMachine(id, userData) };
    },
    "delete droplet": async ({ id }) => cloud.deleteMachine(id),
    "create volume": async ({ name }) => {
      cloud.createDisk(name);
      return { id: name };
    },
    "delete volume": async ({ id }) => cloud.deleteDisk(id),
    "attach volume": async ({ volumeId, dropletId }) =>
      cloud.attach(volumeId, String(dropletId), `scsi-0DO_Volume_${volumeId}`),
    "detach volume": async ({ volumeId }) => cloud.detach(volumeId),
    "create address": async () => {
      const ipAddress = cloud.createAddress();
      return { id: ipAddress, ipAddress };
    },
    "delete address": async ({ id }) => cloud.deleteAddress(id),
    "assign address": async ({ ipAddress, dropletId }) =>
      cloud.assign(ipAddress, String(dropletId)),
    "unassign address": async ({ ipAddress, dropletId }) =>
      cloud.unassign(ipAddress, String(dropletId)),
    "create databaseCluster": async ({ name }) => {
      const password = `AVNS_${randomBytes(18).toString("hex")}`;
      const { address } = await cloud.createDatabase(name, "doadmin", password);
      await cloud.database.sql("CREATE DATABASE defaultdb OWNER doadmin");
      return { id: name, host: address, privateHost: address, port: 5432, password };
    },
    "delete databaseCluster": async ({ id }) => cloud.deleteDatabase(id),
    "read databaseCa": async () => ({ certificate: cloud.database.ca }),
  };
}

/** What the plugin `gcp` asks of one; disks and addresses are given to an instance as it is made. */
export function gcpRequests(cloud: SimulatedCloud): Requests {
  return {
    "create instance": async ({ name, metadata, attachedDisks, networkInterfaces }) => {
      await cloud.createMachine(name, metadata["user-data"]);
      for (const { source, deviceName } of attachedDisks) {
        await cloud.attach(lastOf(source), name, `google-${deviceName}`);
      }
      await cloud.assign(networkInterfaces[0].accessConfigs[0].natIp, name);
    },
    "delete instance": async ({ name }) => cloud.deleteMachine(name),
    "create disk": async ({ name }) => cloud.createDisk(name),
    "delete disk": async ({ name }) => cloud.deleteDisk(name),
    "create address": async () => ({ address: cloud.createAddress() }),
    "delete address": async ({ address }) => cloud.deleteAddress(address),
    "create databaseInstance": async ({ name, rootPassword }) => {
      await cloud.createDatabase(name, "postgres", rootPassword, cloud.gateway);
    },
    "delete databaseInstance": async ({ name }) => cloud.deleteDatabase(name),
  };
}

/** `projects/P/zones/Z/disks/NAME` is how one is meant by others. */
const lastOf = (link: string) => link.split("/").at(-1) ?? link;
