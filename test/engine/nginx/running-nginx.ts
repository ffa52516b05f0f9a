import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ServerConfArgs, serverConf } from "../../../components/nginx/conf.ts";
import { MAIN_FILE, mainConf } from "../../../components/nginx/main-conf.ts";
import { ACME_FOLDER, CONF_FOLDER } from "../../../components/nginx/places.ts";
import { releaseConf } from "../../../components/nginx/release-conf.ts";
import { SITES_FOLDER } from "../../../components/nginx/site-conf.ts";
import { earlierFiles } from "../../../components/nginx/static-conf.ts";
import { offlineImages } from "../../../offline/images/index.ts";
import { chosenTools } from "../../../ops/tools.ts";
import { run } from "../../../setup/run.ts";
import { until } from "../../e2e/until.ts";
import { succeed } from "../../hosts/succeed.ts";

const NGINX_IMAGE = chosenTools().images === "offline" ? offlineImages.nginx : "nginx:1.30.6";

export type Files = Readonly<Record<string, string>>;

const ARGS: ServerConfArgs = {
  place: {
    httpPort: 80,
    // Docker's own name server.
    resolver: "127.0.0.11",
    connectSeconds: 2,
    maintenanceFolder: `${CONF_FOLDER}/maintenance`,
    inFront: "clients",
    sitesFolder: SITES_FOLDER,
  },
  domain: undefined,
  tls: "off",
  httpsPort: 443,
  pathPrefix: "/",
  staticPrefix: "/",
  staticFallback: undefined,
  bodyMiB: 1,
  readSeconds: 2,
  rateLimits: {},
  trustedProxies: [],
};

type Wanted = Partial<Omit<ServerConfArgs, "place">> & {
  readonly place?: Partial<ServerConfArgs["place"]>;
  /** Folders of static files, the present release's first. */
  readonly files?: readonly string[];
};

/** The files of an Nginx as a stack on a Docker host has it, and its servers. */
export function confFiles(servers: readonly string[], wanted: Wanted = {}): Files {
  return {
    [MAIN_FILE]: mainConf({ workers: undefined, user: "nginx" }),
    "default.conf": serverConf({ ...ARGS, ...wanted, place: { ...ARGS.place, ...wanted.place } }),
    "release.conf": `${releaseConf(servers, wanted.files?.[0] ?? "none")}${earlierFiles(wanted.files?.slice(1) ?? [])}`,
  };
}

/** A network on which Nginx and what it leads to meet. */
export class TestNetwork {
  readonly name = `slipway-test-nginx-${randomBytes(4).toString("hex")}`;
  readonly folder = mkdtempSync(join(tmpdir(), "slipway-nginx-"));
  /** Address of this machine there. */
  gateway = "";

  static async make(): Promise<TestNetwork> {
    const network = new TestNetwork();
    await succeed("docker", ["network", "create", network.name]);
    network.gateway = await network.inspect("{{(index .IPAM.Config 0).Gateway}}");
    return network;
  }

  inspect(format: string): Promise<string> {
    return succeed("docker", ["network", "inspect", "--format", format, this.name]);
  }

  /** Starts one under a name by which others on the network find it, and waits until it answers. */
  async start(name: string, files: Files): Promise<RunningNginx> {
    const folder = join(this.folder, name);
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    // Its workers are another user.
    chmodSync(this.folder, 0o755);
    const container = await succeed("docker", [
      ...["run", "--detach", "--network", this.name, "--network-alias", name],
      ...["--label", `slipway.test=${this.name}`],
      ...["--tmpfs", ACME_FOLDER, "--volume", `${folder}:${CONF_FOLDER}:ro`, NGINX_IMAGE],
      ...["nginx", "-c", `${CONF_FOLDER}/${MAIN_FILE}`, "-g", "daemon off;"],
    ]);
    const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    const address = await succeed("docker", ["inspect", "--format", format, container]);
    const nginx = { container, address };
    const status = ["exec", container, "curl", "-sf", "http://127.0.0.1:8081/stub_status"];
    await until(async () => (await run("docker", status)).code === 0, "Nginx runs");
    return nginx;
  }

  async remove(): Promise<void> {
    const filter = `label=slipway.test=${this.name}`;
    const ids = await succeed("docker", ["ps", "--all", "--quiet", "--filter", filter]);
    if (ids !== "") await run("docker", ["rm", "--force", "--volumes", ...ids.split("\n")]);
    await run("docker", ["network", "rm", this.name]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface RunningNginx {
  readonly container: string;
  readonly address: string;
}
