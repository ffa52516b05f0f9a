import type * as pulumi from "@pulumi/pulumi";

/** A Postgres that a cloud runs, as its administrator reaches it from the machine's network. */
export interface PostgresServer {
  /** As the cloud knows it; another one has other data. */
  readonly id: pulumi.Input<string>;
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  /** A role that may make roles and databases, and is no superuser. */
  readonly administrator: pulumi.Input<string>;
  readonly password: pulumi.Output<string>;
  /** A database that is always there. */
  readonly firstDatabase: string;
  /** Certificate of its authority, PEM; undefined where it is reached without TLS, on a network of its own. */
  readonly ca: pulumi.Output<string> | undefined;
}

/** What is chosen of one, at whichever cloud. */
export interface PostgresServerArgs {
  /** Name of a size, as the cloud has it. A change restarts the database. */
  readonly size: string;
  /** With two nodes, one takes over when the other fails. */
  readonly nodes: 1 | 2;
  /** Whether the data survives a destroy. */
  readonly protect: boolean;
}
