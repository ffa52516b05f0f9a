import { randomBytes } from "node:crypto";
import { offlineImages } from "../../../offline/images/index.ts";
import { chosenTools } from "../../../ops/tools.ts";
import { docker } from "../../e2e/clone.ts";
import { until } from "../../e2e/until.ts";
import type { Leftovers } from "../leftovers.ts";
import type { Surroundings } from "./contender.ts";

const POSTGRES = { official: "postgres:18.6", offline: offlineImages.postgres };

/** A network with a Postgres, migrated for the app of this image. */
export async function makeSurroundings(image: string, leftovers: Leftovers): Promise<Surroundings> {
  const network = `slipway-bench-${randomBytes(4).toString("hex")}`;
  docker("network", "create", network);
  leftovers.add(() => void docker("network", "rm", network));

  const password = randomBytes(12).toString("hex");
  const database = docker(
    ...["run", "--detach", `--network=${network}`, "--network-alias=database"],
    ...["--tmpfs=/var/lib/postgresql", `--env=POSTGRES_PASSWORD=${password}`],
    POSTGRES[chosenTools().images],
  );
  leftovers.add(() => void docker("rm", "--force", "--volumes", database));
  await until(() => isReady(database), "Postgres answers");

  const environment = {
    PORT: "3000",
    DATABASE_URL: `postgresql://postgres:${password}@database/postgres`,
    APP_SECRET: randomBytes(24).toString("base64url"),
  };
  docker(
    ...["run", "--rm", `--network=${network}`, `--env=DATABASE_URL=${environment.DATABASE_URL}`],
    ...[image, "node", "src/migrate.ts"],
  );
  return { network, environment };
}

/** Over TCP, because while the image initialises its folder, its server answers on the socket only. */
function isReady(container: string): boolean {
  try {
    docker("exec", container, "pg_isready", "--quiet", "--host", "127.0.0.1");
    return true;
  } catch {
    return false;
  }
}
