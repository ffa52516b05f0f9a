import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { succeed } from "../../../hosts/succeed.ts";

/**
 * Makes an image of the real Cloud SQL Auth Proxy, which asks another API than Google's, with a token of a
 * test. What it is told to do is the program's.
 */
export async function buildProxyImage(name: string, api: string, token: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-cloud-sql-proxy-"));
  try {
    execFileSync("go", ["build", "-mod=readonly", "-o", join(folder, "cloud-sql-proxy"), "tool"], {
      cwd: import.meta.dirname,
      env: { ...process.env, CGO_ENABLED: "0" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    writeFileSync(join(folder, "Dockerfile"), dockerfile(api, token));
    await succeed("docker", ["build", "--quiet", "--tag", name, folder]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Like the official image: the command alone, as a user who is nobody. */
const dockerfile = (api: string, token: string) => `FROM scratch
COPY cloud-sql-proxy /cloud-sql-proxy
ENV CSQL_PROXY_SQLADMIN_API_ENDPOINT=${api} CSQL_PROXY_TOKEN=${token}
USER 65532:65532
ENTRYPOINT ["/cloud-sql-proxy"]
`;
