import { CERTIFICATE, SLUG } from "../patterns.ts";
import { byCloud } from "./chosen-defaults.ts";
import { is, type Table } from "./setting.ts";
import { choice, flag, hostName, integer, optional, secretLine, text } from "./value-types.ts";

const IDENTIFIER_RULE = "a lower-case letter or _, then letters, digits and _, at most 40";
const ROLE_RULE = `${IDENTIFIER_RULE}, and no administrator ("postgres", "doadmin", "cloudsql...")`;
const isIdentifier = (value: string) => /^[a-z_][a-z0-9_]{0,39}$/.test(value);
const isRoleName = (value: string) =>
  isIdentifier(value) && !/^(postgres|doadmin|cloudsql.*|pg_.*)$/.test(value);

const EXTERNAL = is("database", "external");

/** The least that has a connection for an old and a new version of an app with a pool of ten. */
const ONE_NODE = byCloud({
  droplet: "db-s-1vcpu-1gb",
  gce: "db-custom-1-3840",
  gke: "db-custom-1-3840",
});
const TWO_NODES = byCloud({
  droplet: "db-s-1vcpu-2gb",
  gce: "db-custom-1-3840",
  gke: "db-custom-1-3840",
});

/** The database. */
export const database = {
  database: {
    type: choice("container", "managed", "external", "none"),
    default: "container",
    description:
      "The database. `container` runs Postgres beside the app, `managed` creates Managed Postgres beside a `droplet`, or Cloud SQL beside `gce` or `gke`, `external` uses a database that you have, `none` is none.",
    example: "external",
    review: "own",
    init: { text: "Which database", usual: "container" },
  },
  databaseName: {
    type: text(isIdentifier, IDENTIFIER_RULE),
    default: "app",
    description: "Name of the database.",
    example: "app",
    review: "share",
  },
  databaseUser: {
    type: text(isRoleName, ROLE_RULE),
    default: "app",
    description:
      "Role that owns the database, fixed once it exists. Login roles are NAME_1, NAME_2, ..., one per password. For `external`, the login role.",
    example: "app",
    review: "share",
  },
  databaseSize: {
    type: optional(SLUG, "the name of a size"),
    usual: {
      words:
        "db-s-1vcpu-1gb for `droplet` (with two nodes db-s-1vcpu-2gb), db-custom-1-3840 for `gce` and `gke`",
      of: (facts) => (facts.text("databaseNodes") === "2" ? TWO_NODES : ONE_NODE).of(facts),
    },
    description: "Size of a `managed` database. The size limits the connections.",
    example: "db-s-2vcpu-4gb",
    review: "drop",
  },
  databaseNodes: {
    type: choice("1", "2"),
    default: "1",
    description:
      "Number of nodes of a `managed` database, 1 or 2. With 2, one takes over when the other fails.",
    example: "2",
    review: "drop",
  },
  databaseMemory: {
    type: integer(256, 1_048_576),
    default: "1024",
    description:
      "MiB that the Postgres of a `container` may use, its file cache included. Slipway derives its connections (100 for each 512 MiB, at most 1000), its own cache and the memory of a query. A change causes a short gap.",
    example: "2048",
    review: "drop",
  },
  databaseHost: {
    type: hostName("a host name or an address"),
    description: "Host name or address of the database, for `external`.",
    example: "db.example.org",
    input: "HOST",
    required: [EXTERNAL],
    review: "drop",
  },
  databasePort: {
    type: integer(1, 65_535),
    default: "5432",
    description: "Port of the database, for `external`.",
    example: "25060",
    review: "drop",
  },
  databaseCa: {
    type: optional(CERTIFICATE, "certificates, as PEM"),
    description:
      "Certificate of the database server's authority, for `external`, PEM. Empty trusts the public authorities.",
    example: "<ca.pem",
    review: "drop",
  },
  databasePassword: {
    type: secretLine(8),
    secret: true,
    // That of a database of somebody else's can't be invented.
    generated: { unless: EXTERNAL },
    description: "Password of the database. A change applies to role and app together.",
    example: "<password",
    required: [{ ...is("database", "container", "managed", "external"), why: "" }],
    review: "own",
  },
  protectData: {
    type: flag,
    default: "true",
    description:
      "Whether data survives a destroy - the database volume or the `managed` database; the data disk and the address of a machine that Slipway created; a cluster that Slipway created.",
    example: "false",
    review: "own",
  },
  databaseSeed: {
    type: optional(/^[^\n\r\0]+$/, "the path of a file"),
    description:
      "SQL file or `pg_dump -Fc` archive, relative to this file. Loaded once, before the first migration, into an empty `container` database. Empty loads none.",
    example: "seed.sql",
    refused: ({ text: of }) =>
      of("database") === "container"
        ? undefined
        : `slipway:databaseSeed is set, and slipway:database is "${of("database")}"; Slipway loads a seed into a ` +
          '"container" alone. Load it into another one yourself, before the first migration.',
    review: "share",
  },
  backupKeep: {
    type: integer(0, 1000),
    default: "5",
    description:
      "Number of dumps to keep of a `container` database, on its own volume. Each migration is preceded by a dump; 0 takes none. A `managed` database has its cloud's point-in-time recovery instead, and backups of an `external` database are its owner's task.",
    example: "10",
    review: "drop",
  },
} as const satisfies Table;
