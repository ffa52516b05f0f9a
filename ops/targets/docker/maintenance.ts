import { randomBytes } from "node:crypto";
import {
  CONF_FOLDER,
  INSIDE_ADDRESS,
  MAINTENANCE_FILE,
  maintenanceConf,
  NO_MAINTENANCE_CONF,
} from "../../../components/nginx-conf.ts";
import { printed, type Reach } from "./reach.ts";

const INGRESS = `
ingress=$(docker ps --quiet $1 --filter label=slipway.role=ingress | head -n 1)
if [ -z "$ingress" ]; then echo "Nginx does not run; bring the stack up first." >&2; exit 1; fi`;

/** Whether Nginx answers clients with the maintenance page. */
export async function isInMaintenance(host: Reach, filters: string): Promise<boolean> {
  const file = `${CONF_FOLDER}/${MAINTENANCE_FILE}`;
  const conf = await printed(
    host.take(`${INGRESS}\ndocker exec "$ingress" cat ${file}`, [filters]),
  );
  return conf !== NO_MAINTENANCE_CONF;
}

export async function setMaintenance(host: Reach, filters: string, on: boolean): Promise<boolean> {
  if ((await isInMaintenance(host, filters)) === on) return false;
  const conf = on ? maintenanceConf(randomBytes(16).toString("hex")) : NO_MAINTENANCE_CONF;
  const script = `${INGRESS}
docker exec --interactive --workdir ${CONF_FOLDER} "$ingress" sh -euc '
  cat >${MAINTENANCE_FILE}.new
  mv ${MAINTENANCE_FILE}.new ${MAINTENANCE_FILE}
  nginx -q -t
  nginx -q -s reload
  # Until the workers of the configuration before are gone.
  right=0 tries=100
  while [ $right -lt 3 ] && [ $tries -gt 0 ]; do
    answer=$(curl --silent --noproxy "*" http://${INSIDE_ADDRESS}/maintenance || :)
    if [ "$answer" = "maintenance:$1" ]; then right=$((right + 1)); else right=0; fi
    tries=$((tries - 1))
    sleep 0.1
  done' sh "$2"`;
  await printed(host.take(script, [filters, on ? "1" : ""], conf));
  return true;
}
