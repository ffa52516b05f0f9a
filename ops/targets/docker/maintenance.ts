import { randomBytes } from "node:crypto";
import { MAINTENANCE } from "../../../components/docker/nginx.ts";
import { FIRST } from "./first.ts";
import { printed, type Reach } from "./reach.ts";

const INGRESS = `${FIRST}
ingress=$(first docker ps --quiet $1 --filter label=slipway.role=ingress --filter status=running)
if [ -z "$ingress" ]; then echo "Nginx does not run; bring the stack up first." >&2; exit 1; fi`;

// As a copy, so that it is known while Nginx does not run, too.
const IS_ON = `${FIRST}
ingress=$(first docker ps --all --quiet $1 --filter label=slipway.role=ingress)
if docker cp "$ingress:${MAINTENANCE.on}" - >/dev/null 2>&1; then echo on; else echo off; fi`;
// The pass is there before anybody needs it. Workers look for the files, and need not read them.
const TURN_ON = `${INGRESS}
docker exec "$ingress" sh -euc '
  mkdir -p ${MAINTENANCE.folder}
  chmod 0755 ${MAINTENANCE.folder}
  : >${MAINTENANCE.pass}$1
  : >${MAINTENANCE.on}' sh "$2"`;
const TURN_OFF = `${INGRESS}
docker exec "$ingress" sh -euc 'rm -f ${MAINTENANCE.on}; rm -rf ${MAINTENANCE.folder}'`;

/** Whether Nginx answers clients with the maintenance page. */
export async function isInMaintenance(host: Reach, filters: string): Promise<boolean> {
  return (await printed(host.take(IS_ON, [filters]))).trim() === "on";
}

/** From the next request on; @returns whether that changed anything. */
export async function setMaintenance(host: Reach, filters: string, on: boolean): Promise<boolean> {
  if ((await isInMaintenance(host, filters)) === on) return false;
  const pass = randomBytes(16).toString("hex");
  await printed(host.take(on ? TURN_ON : TURN_OFF, [filters, pass]));
  return true;
}
