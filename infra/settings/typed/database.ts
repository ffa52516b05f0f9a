import * as pulumi from "@pulumi/pulumi";
import type { DatabaseSettings } from "../../../stacks/settings.ts";
import { is } from "../setting.ts";
import type { Context } from "./context.ts";
import { seedOf } from "./seed.ts";

const AT_A_CLOUD = [is("host", "droplet", "gce"), is("cluster", "gke")];

export function databaseOf(context: Context): DatabaseSettings {
  const { values } = context;
  const kind = values.database;
  if (kind === "none") return { kind };
  const login = {
    name: values.databaseName,
    user: values.databaseUser,
    password: pulumi.secret(values.databasePassword ?? ""),
  };
  switch (kind) {
    case "container":
      return {
        ...{ kind, ...login, memory: values.databaseMemory, protect: values.protectData },
        ...{ dumpsKept: values.backupKeep, seed: seedOf(context) },
      };
    case "managed": {
      refuseWithoutCloud(context);
      const nodes = values.databaseNodes === "2" ? 2 : 1;
      return { kind, ...login, protect: values.protectData, nodes, size: values.databaseSize };
    }
    case "external": {
      const { databaseHost: host = "", databasePort: port, databaseCa: ca } = values;
      return { kind, ...login, host, port, ca };
    }
  }
}

function refuseWithoutCloud({ values, facts, problem }: Context): void {
  if (AT_A_CLOUD.some(facts.holds)) return;
  const place = values.target === "docker" ? "host" : "cluster";
  problem({
    setting: "database",
    text:
      `slipway:database is "managed", which a cloud runs beside a machine or a cluster that is made ` +
      `there, and slipway:${place} is "${values[place]}". ` +
      'It can be "container", or "external" for one that is there already.',
    command: "pulumi config set database container",
  });
}
