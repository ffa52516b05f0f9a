import { isMap, type PropertyMap } from "../property-value.ts";
import type { Kind, Thing } from "../simulated/kind.ts";
import {
  CREATED_AT,
  hexDigits,
  machineAddress,
  numberOf,
  privateAddress,
} from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";
import { databaseInstanceSchema } from "./database-instance-schema.ts";
import { foretoldProject, projectOf, regionOf } from "./location.ts";

export const databaseInstance: Kind = {
  outside: { type: "databaseInstance", create: "create", delete: "delete" },
  schema: databaseInstanceSchema,

  deletionProblem: (state) =>
    state["deletionProtection"] === true
      ? "Error, failed to delete instance because deletion_protection is set to true. " +
        "Set it to false to proceed with instance deletion"
      : undefined,

  id: ({ inputs }) => text(inputs, "name"),

  foretold: foretoldProject,

  outputs: (instance, id) => {
    const { inputs } = instance;
    const project = projectOf(instance);
    return {
      project,
      region: regionOf(instance),
      settings: settings(inputs),
      encryptionKeyName: inputs["encryptionKeyName"] ?? "",
      maintenanceVersion: inputs["maintenanceVersion"] ?? `${text(inputs, "databaseVersion")}.R1`,
      ...addresses(instance),
      connectionName: `${project}:${regionOf(instance)}:${id}`,
      dnsName: `${hexDigits(instance, "dns", 12)}.${regionOf(instance)}.sql.goog.`,
      instanceType: "CLOUD_SQL_INSTANCE",
      selfLink: `https://sqladmin.googleapis.com/sql/v1beta4/projects/${project}/instances/${id}`,
      serverCaCerts: [serverCa(instance)],
      serviceAccountEmailAddress: `p${numberOf(instance, "account", 12)}-abc@gcp-sa-cloud-sql.iam.gserviceaccount.com`,
    };
  },
};

function settings({ settings: given, databaseVersion }: PropertyMap): PropertyMap {
  const chosen = isMap(given) ? given : {};
  return {
    edition: defaultEdition(String(databaseVersion)),
    diskSize: 10,
    diskType: "PD_SSD",
    connectorEnforcement: "NOT_REQUIRED",
    effectiveAvailabilityType: chosen["availabilityType"] ?? "ZONAL",
    userLabels: {},
    version: 1,
    ...chosen,
  };
}

/** From Postgres 16 on the API takes the dearer edition where none is given. */
function defaultEdition(databaseVersion: string): string {
  const postgres = /^POSTGRES_(\d+)/.exec(databaseVersion);
  return Number(postgres?.[1]) >= 16 ? "ENTERPRISE_PLUS" : "ENTERPRISE";
}

function addresses(instance: Thing) {
  const chosen = instance.inputs["settings"];
  const given = isMap(chosen) ? chosen["ipConfiguration"] : undefined;
  const { ipv4Enabled, privateNetwork } = isMap(given) ? given : {};
  const publicIpAddress = ipv4Enabled === false ? "" : machineAddress(instance);
  const privateIpAddress = privateNetwork === undefined ? "" : privateAddress(instance);
  const ipAddresses = [
    { ipAddress: publicIpAddress, type: "PRIMARY" },
    { ipAddress: privateIpAddress, type: "PRIVATE" },
  ].filter(({ ipAddress }) => ipAddress !== "");
  return {
    publicIpAddress,
    privateIpAddress,
    ipAddresses,
    firstIpAddress: ipAddresses[0]?.ipAddress ?? "",
  };
}

/** It has the form of a certificate and is none: nothing answers that could show another. */
function serverCa(instance: Thing): PropertyMap {
  const body = Buffer.from(`a certificate of ${hexDigits(instance, "ca", 40)}`).toString("base64");
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`,
    commonName: "C=US,O=Google\\, Inc,CN=Google Cloud SQL Server CA",
    createTime: CREATED_AT,
    expirationTime: "2035-12-30T00:00:00Z",
    sha1Fingerprint: hexDigits(instance, "ca", 40),
  };
}
