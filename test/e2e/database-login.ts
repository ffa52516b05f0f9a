import { docker } from "./clone.ts";

/** Whether a role gets into the database of a stack from its network, with this password. */
export function logsIn(container: string, role: string, password: string): boolean {
  const psql = ["psql", "-qX", "-h", "database", "-U", role, "-d", "app", "-c", "SELECT 1"];
  try {
    docker("exec", "--env", `PGPASSWORD=${password}`, container, ...psql);
    return true;
  } catch (error) {
    if (String(error).includes("password authentication failed")) return false;
    throw error;
  }
}
