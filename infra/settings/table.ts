import { app } from "./app.ts";
import { cloud } from "./cloud.ts";
import { cluster } from "./cluster.ts";
import { database } from "./database.ts";
import { host } from "./host.ts";
import { images } from "./images.ts";
import { ingress } from "./ingress.ts";
import { release } from "./release.ts";
import { review } from "./review.ts";
import type { Table, ValuesOf } from "./setting.ts";

/** The settings by subject, in the order in which they are shown, asked for and checked. */
export const SUBJECTS = {
  "Target and Docker host": host,
  "Cluster in Kubernetes": cluster,
  "Machine or cluster at a cloud": cloud,
  "Address, TLS and requests": ingress,
  "Review stacks": review,
  "Image and release": release,
  Database: database,
  App: app,
  "Images beside the app": images,
} as const satisfies Readonly<Record<string, Table>>;

export const SETTINGS = {
  ...host,
  ...cluster,
  ...cloud,
  ...ingress,
  ...review,
  ...release,
  ...database,
  ...app,
  ...images,
} as const satisfies Table;

export type Values = ValuesOf<typeof SETTINGS>;
