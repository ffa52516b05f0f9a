import { IMAGE_REFERENCE } from "../patterns.ts";
import type { Table } from "./setting.ts";
import { entries } from "./value-types.ts";

export const DEFAULT_IMAGES = {
  postgres: "postgres:18.6",
  nginx: "nginx:1.30.6",
  lego: "goacme/lego:v4.35.2",
  ingressController: "nginx/nginx-ingress:5.5.4",
  cloudSqlProxy: "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.27.0",
} as const;
const NAMES = Object.keys(DEFAULT_IMAGES);

/** Images of what runs beside the app. */
export const images = {
  images: {
    type: entries(
      (name, reference) => NAMES.includes(name) && IMAGE_REFERENCE.pattern.test(reference),
      `references of images, by the names ${NAMES.join(", ")}`,
    ),
    default: JSON.stringify(DEFAULT_IMAGES),
    description:
      "Images of Postgres, Nginx, the ACME client, the ingress controller and the Cloud SQL Auth Proxy, a map. A missing key keeps its default.",
    example: `'{"nginx":"mirror.example.org/nginx:1.30.6"}'`,
    review: "share",
  },
} as const satisfies Table;
