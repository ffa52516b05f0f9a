import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mirrorOf, parseLines, parseStanzas } from "../../images/apt-settings.ts";
import { ensureOfflineImages, offlineImages } from "../../images/index.ts";
import { npmrcForImages } from "../../images/npm-settings.ts";
import { pipConfForImages } from "../../images/pip-settings.ts";

const { nginx, node, postgres, python } = offlineImages;
const run = `images-test-${randomBytes(4).toString("hex")}`;
const scratch = mkdtempSync(join(tmpdir(), `${run}-`));
// Users other than root read it from inside containers.
chmodSync(scratch, 0o755);

const every = Object.values(offlineImages);

beforeAll(() => ensureOfflineImages(() => undefined, undefined, every), 600_000);

afterAll(() => {
  const left = docker("ps", "--all", "--quiet", "--filter", `label=slipway.test=${run}`);
  for (const id of left.split("\n").filter(Boolean)) docker("rm", "--force", "--volumes", id);
  rmSync(scratch, { recursive: true, force: true });
});

describe("what images take over from the machine", () => {
  const debian = "https://mirror.example/debian";

  test("The mirror is where this release's main archive comes from, in either format of sources", () => {
    const lines = parseLines(
      [
        "# deb https://old.example/debian trixie main",
        "deb https://tools.example/apt tools main",
        "deb https://security.example/debian-security trixie-security main",
        `deb [arch=amd64 signed-by=/k.gpg] ${debian} trixie main contrib # ours`,
      ].join("\n"),
    );
    const stanzas = parseStanzas(
      [
        "Enabled: no\nTypes: deb\nURIs: https://off.example/debian\nSuites: trixie\nComponents: main",
        `Types: deb deb-src\n# ours\nURIs: ${debian}\nSuites: trixie trixie-updates\nComponents:\n main\n`,
      ].join("\n\n"),
    );
    expect(mirrorOf("trixie", lines)).toBe(debian);
    expect(mirrorOf("trixie", stanzas)).toBe(debian);
  });

  test("A machine without a Debian mirror of its own uses the public one", () => {
    expect(mirrorOf("noble", [])).toBe("http://deb.debian.org/debian");
  });

  test("An address with a password, or on this machine's loopback, does not go into an image", () => {
    const npmrc = npmrcForImages(
      {
        registry: "https://npm.example/",
        "@team:registry": "https://me:hunter2@npm.example/team/",
        proxy: "http://127.0.0.1:3128",
        "//npm.example/:_authToken": "hunter2",
        "omit-lockfile-registry-resolved": true,
      },
      "/bundle.crt",
    );
    expect(npmrc).toBe(
      "registry=https://npm.example/\ncafile=/bundle.crt\nomit-lockfile-registry-resolved=true\n",
    );
    const pipConf = pipConfForImages(
      ["[global]\nindex-url = https://old.example/simple\nproxy = http://localhost:3128\n"],
      { PIP_INDEX_URL: "https://pip.example/simple", PIP_EXTRA_INDEX_URL: "https://a:b@x.example" },
      "/bundle.crt",
    );
    expect(pipConf).toBe("[global]\nindex-url = https://pip.example/simple\ncert = /bundle.crt\n");
  });
});

test("Images that are there already are left alone", async () => {
  const lines: string[] = [];
  await ensureOfflineImages((line) => lines.push(line), undefined, every);
  expect(lines).toEqual([]);
});

describe("node", () => {
  test("It is Node 24 with npm, npx, corepack and yarn, and starts Node by default", () => {
    const environment = imageConfig(node).Env;
    const version = output(node, [], "node", "--version");
    expect(version).toMatch(/^v24\./);
    expect(environment).toContain(`NODE_VERSION=${version.slice(1)}`);
    expect(imageConfig(node).Cmd).toEqual(["node"]);
    expect(output(node, [], "sh", "-c", "npm -v && npx -v && corepack -v && yarn -v")).toMatch(
      /^11\.\S+\n11\.\S+\n0\.\S+\n1\.22\.\S+$/,
    );
  });

  test("It has a user node, 1000:1000, with a home of its own", () => {
    expect(output(node, ["--user", "node"], "sh", "-c", "id -u; id -g; cd ~; pwd; touch x")).toBe(
      "1000\n1000\n/home/node",
    );
  });

  test("Options and scripts are for Node, and commands run as they are", () => {
    const script = scratchFile("node/app.js", "console.log('script', process.argv[2])");
    const mount = ["--volume", `${dirname(script)}:/app:ro`];
    expect(output(node, [], "--print", "6 * 7")).toBe("42");
    expect(output(node, [...mount, "--workdir", "/app"], "app.js", "one")).toBe("script one");
    expect(output(node, mount, "/app/app.js", "two")).toBe("script two");
    expect(output(node, [], "echo", "three")).toBe("three");
  });

  test("A Dockerfile that installs from apt and npm builds unchanged, native code included", () => {
    const folder = dirname(
      scratchFile(
        "build/Dockerfile",
        [
          `FROM ${node}`,
          "RUN apt-get update && apt-get install -y --no-install-recommends g++ make python3",
          "WORKDIR /app",
          "COPY package.json .",
          "RUN npm install --build-from-source --foreground-scripts",
          'CMD ["ls", "node_modules/bufferutil/build/Release/bufferutil.node"]',
        ].join("\n"),
      ),
    );
    scratchFile("build/package.json", JSON.stringify({ dependencies: { bufferutil: "4.0.9" } }));
    try {
      docker("build", "--force-rm", "--tag", run, folder);
      expect(output(run, [])).toMatch(/bufferutil\.node$/);
    } finally {
      docker("image", "rm", run);
    }
  }, 180_000);
});

describe("nginx", () => {
  test("It is nginx 1.30 as uid 101, with curl, and takes keepalive_min_timeout and njs", () => {
    const server = scratchFile(
      "nginx/min.conf",
      "server { listen 81; keepalive_min_timeout 10s; }",
    );
    const mount = ["--volume", `${server}:/etc/nginx/conf.d/min.conf:ro`];
    expect(start(nginx, [], "nginx", "-v").stderr).toContain("nginx/1.30.");
    expect(output(nginx, [], "id", "nginx")).toBe(
      "uid=101(nginx) gid=101(nginx) groups=101(nginx)",
    );
    expect(output(nginx, [], "curl", "--version")).toMatch(/^curl /);
    expect(start(nginx, mount, "nginx", "-t").status).toBe(0);
    const withScripts = "load_module modules/ngx_http_js_module.so;";
    expect(start(nginx, [], "nginx", "-t", "-g", withScripts).status).toBe(0);
  });

  test("It serves its page on 80, logs to the container's output and stops gently on SIGQUIT", async () => {
    const id = background(nginx, []);
    const page = await eventually(() => docker("exec", id, "curl", "-sSf", "http://localhost/"));
    expect(page).toContain("Welcome to nginx");
    expect(docker("logs", id)).toContain('"GET / HTTP/1.1" 200');
    expect(docker("exec", id, "cat", "/run/nginx.pid")).toBe("1");
    expect(imageConfig(nginx)).toMatchObject({
      ExposedPorts: { "80/tcp": {} },
      StopSignal: "SIGQUIT",
    });
    docker("stop", id);
    expect(docker("inspect", "--format", "{{.State.ExitCode}}", id)).toBe("0");
  });

  test("It runs on a read-only root with /run and /var/cache/nginx writable", async () => {
    const id = background(nginx, [
      "--read-only",
      ...["--tmpfs", "/run"],
      ...["--tmpfs", "/var/cache/nginx"],
    ]);
    await eventually(() => docker("exec", id, "curl", "-sSf", "http://localhost/"));
  });

  test("What lies in /docker-entrypoint.d runs in order before nginx, and only before nginx", () => {
    scratchFile("start/1-name.envsh", "export NAME=slipway", 0o755);
    scratchFile("start/2-greet.sh", "#!/bin/sh\necho greeting $NAME", 0o755);
    const disabled = scratchFile("start/3-off.sh", "#!/bin/sh\necho disabled", 0o644);
    const mount = ["--volume", `${dirname(disabled)}:/docker-entrypoint.d:ro`];
    const started = start(nginx, mount, "nginx", "-t");
    expect(started.stdout).toContain("greeting slipway\n");
    expect(started.stdout).not.toMatch(/^disabled$/m);
    expect(output(nginx, mount, "echo", "alone")).toBe("alone");
  });

  test("A start-up script that fails keeps nginx from starting", () => {
    const script = scratchFile("failing/1.sh", "#!/bin/sh\nexit 7", 0o755);
    const mount = ["--volume", `${dirname(script)}:/docker-entrypoint.d:ro`];
    expect(start(nginx, mount, "nginx", "-t").status).toBe(7);
  });
});

describe("postgres", () => {
  const data = "/var/lib/postgresql/18/docker";

  test("It is PostgreSQL 18 as uid 999, its tools on the PATH and its data where 18 keeps it", () => {
    const tools = "for t in psql pg_dump pg_restore pg_isready initdb; do $t --version; done; id";
    expect(output(postgres, [], "sh", "-c", tools)).toMatch(
      /^(\S+ \(PostgreSQL\) 18\..*\n){5}uid=0/,
    );
    expect(output(postgres, [], "id", "postgres")).toMatch(
      /^uid=999\(postgres\) gid=999\(postgres\)/,
    );
    expect(imageConfig(postgres)).toMatchObject({
      Cmd: ["postgres"],
      ExposedPorts: { "5432/tcp": {} },
      StopSignal: "SIGINT",
      Volumes: { "/var/lib/postgresql": {} },
    });
    expect(imageConfig(postgres).Env).toContain(`PGDATA=${data}`);
  });

  test("Without a password it refuses to start, unless everybody is to be trusted", async () => {
    const refused = start(postgres, []);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("no superuser password is given");
    const trusting = background(postgres, ["--env", "POSTGRES_HOST_AUTH_METHOD=trust"]);
    expect(await eventually(() => query(trusting, "SELECT 1", "--host=127.0.0.1"))).toBe("1");
  });

  test("A setting that is given twice, and a volume where older images kept data, are refused", () => {
    const twice = start(postgres, [
      ...["--env", "POSTGRES_PASSWORD=a"],
      ...["--env", "POSTGRES_PASSWORD_FILE=/b"],
    ]);
    expect(twice.status).toBe(1);
    expect(twice.stderr).toContain("both POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are set");
    const older = start(postgres, [
      ...["--env", "POSTGRES_PASSWORD=a"],
      ...["--volume", "/var/lib/postgresql/data"],
    ]);
    expect(older.status).toBe(1);
    expect(older.stderr).toContain("mount the volume at /var/lib/postgresql");
  });

  test("A first start makes role, database and seed, unreachable until done; a second keeps them", async () => {
    const secret = scratchFile("password", "it's $ecret\n", 0o600);
    scratchFile("seed/1.sql", "CREATE TABLE seeded (by text); INSERT INTO seeded VALUES ('sql')");
    scratchFile("seed/2.sql.gz", gzipSync("INSERT INTO seeded VALUES ('gzip')"));
    const sourced = [
      "pg_isready --quiet --host 127.0.0.1 && reachable=yes || reachable=no",
      `psql -U shop -d orders -c "INSERT INTO seeded VALUES ('reachable: $reachable')"`,
    ].join("\n");
    const seed = dirname(scratchFile("seed/3.sh", sourced, 0o644));
    const id = background(
      postgres,
      [
        ...["--volume", `${secret}:/run/secrets/password:ro`],
        ...["--volume", `${seed}:/docker-entrypoint-initdb.d:ro`],
        ...["--env", "POSTGRES_PASSWORD_FILE=/run/secrets/password"],
        ...["--env", "POSTGRES_USER=shop"],
        ...["--env", "POSTGRES_DB=orders"],
        ...["--env", "POSTGRES_INITDB_ARGS=--data-checksums --auth-host='scram-sha-256'"],
      ],
      ...["-c", "max_connections=17"],
    );
    const orders = ["--username=shop", "--dbname=orders"];
    const overTcp = [...orders, "--host=127.0.0.1"];
    const seeded = await eventually(() => {
      docker("exec", id, "pg_isready", "--host=127.0.0.1");
      return query(id, "SELECT string_agg(by, ', ') FROM seeded", ...orders);
    });
    expect(seeded).toBe("sql, gzip, reachable: no");
    expect(query(id, "SHOW max_connections", ...orders)).toBe("17");
    expect(query(id, "SHOW data_directory", ...orders)).toBe(data);
    expect(query(id, "SELECT 'a' < 'B'", ...orders)).toBe("t");
    expect(docker("exec", id, "stat", "--format=%U %a", "/proc/1", data)).toBe(
      "postgres 555\npostgres 700",
    );
    expect(() => query(id, "SELECT 1", ...overTcp)).toThrow("no password supplied");
    const url = "postgresql://shop:it%27s%20%24ecret@127.0.0.1/orders";
    expect(docker("exec", id, "psql", url, "-Atc", "SELECT 2")).toBe("2");

    docker("stop", id);
    expect(docker("inspect", "--format", "{{.State.ExitCode}}", id)).toBe("0");
    expect(docker("logs", id)).toContain("received fast shutdown request");
    docker("start", id);
    expect(await eventually(() => query(id, "SELECT count(*) FROM seeded", ...orders))).toBe("3");
  });

  test("Its docker-ensure-initdb.sh makes the data and ends, and says when there is some", () => {
    const trust = ["--env", "POSTGRES_HOST_AUTH_METHOD=trust"];
    const twice =
      "docker-ensure-initdb.sh && docker-ensure-initdb.sh postgres && cat $PGDATA/PG_VERSION";
    const made = start(postgres, trust, "sh", "-c", twice);
    expect(made.status, made.stderr).toBe(0);
    expect(made.stdout).toMatch(/has a database: nothing to set up\n18\n$/);
  });

  test("A seed that fails ends the first start with its error", () => {
    const seed = dirname(scratchFile("bad-seed/1.sql", "SELECT wrong;"));
    const failed = start(postgres, [
      ...["--env", "POSTGRES_PASSWORD=a"],
      ...["--volume", `${seed}:/docker-entrypoint-initdb.d:ro`],
    ]);
    expect(failed.status).toBe(3);
    expect(failed.stderr).toContain('column "wrong" does not exist');
  });

  function query(id: string, sql: string, ...connection: string[]): string {
    const options = ["--no-password", "--tuples-only", "--no-align", "--command", sql];
    const user = connection.some((part) => part.startsWith("--username")) ? [] : ["-Upostgres"];
    return docker("exec", id, "psql", ...options, ...user, ...connection);
  }
});

describe("python", () => {
  test("It is Python 3.14 with pip and nothing else, all of it in /usr/local, and starts Python", () => {
    const versions = "which python python3 pip && python -V && python3 -V && pip list";
    expect(output(python, [], "sh", "-c", versions)).toMatch(
      /^\/usr\/local\/bin\/python\n\/usr\/local\/bin\/python3\n\/usr\/local\/bin\/pip\n(Python 3\.14\.\d+\n){2}Package +Version\n[- ]+\npip +\S+$/,
    );
    const modules = "ssl, sqlite3, ctypes, lzma, bz2, zlib, uuid, readline, zoneinfo, venv";
    const zone = `import ${modules}; print(zoneinfo.ZoneInfo("Europe/Berlin"))`;
    expect(output(python, [], "python", "-c", zone)).toBe("Europe/Berlin");
    expect(imageConfig(python).Cmd).toEqual(["python3"]);
  });

  test("A Dockerfile that installs wheels from PyPI builds unchanged, in every usual way", () => {
    const folder = dirname(
      scratchFile(
        "python/Dockerfile",
        [
          `FROM ${python} AS packages`,
          "RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir six==1.17.0",
          `FROM ${python}`,
          // A wheel with native code, into the system as root; and one for the user alone.
          "RUN pip install --no-cache-dir psycopg-binary==3.3.9 psycopg==3.3.9",
          "RUN pip install --no-cache-dir --user idna==3.20",
          "COPY --from=packages /venv /venv",
          "CMD python -c 'import psycopg, idna; print(psycopg.pq.__impl__, idna.__file__)'" +
            " && /venv/bin/python -c 'import six; print(six.__file__)'" +
            " && ls -d /usr/local/lib/python3.14/site-packages/psycopg",
        ].join("\n"),
      ),
    );
    try {
      docker("build", "--force-rm", "--tag", run, folder);
      expect(output(run, []).split("\n")).toEqual([
        "binary /root/.local/lib/python3.14/site-packages/idna/__init__.py",
        "/venv/lib/python3.14/site-packages/six.py",
        "/usr/local/lib/python3.14/site-packages/psycopg",
      ]);
    } finally {
      docker("image", "rm", run);
    }
  });
});

interface ImageConfig {
  readonly Cmd: readonly string[];
  readonly Env: readonly string[];
  readonly ExposedPorts?: object;
  readonly StopSignal?: string;
  readonly Volumes?: object;
}

function imageConfig(image: string): ImageConfig {
  return JSON.parse(docker("image", "inspect", "--format", "{{json .Config}}", image));
}

/** Runs a container to its end; one that should have refused to start is given up. */
function start(image: string, options: string[], ...command: string[]): SpawnSyncReturns<string> {
  const label = `slipway.test=${run}`;
  return spawnSync("docker", ["run", "--rm", "--label", label, ...options, image, ...command], {
    encoding: "utf8",
    timeout: 30_000,
  });
}

function output(image: string, options: string[], ...command: string[]): string {
  return succeeded(start(image, options, ...command));
}

function background(image: string, options: string[], ...command: string[]): string {
  const label = `slipway.test=${run}`;
  return docker("run", "--detach", "--label", label, ...options, image, ...command);
}

/** What docker printed: `logs` repeats a container's standard error on its own. */
function docker(...args: string[]): string {
  const result = spawnSync("docker", args, { encoding: "utf8" });
  const printed = succeeded(result);
  return args[0] === "logs" ? printed + result.stderr : printed;
}

function succeeded({ status, stdout, stderr }: SpawnSyncReturns<string>): string {
  if (status !== 0) throw new Error(`exit code ${status}: ${stderr || stdout}`);
  return stdout.trimEnd();
}

async function eventually<T>(attempt: () => T): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await wait(100);
  }
}

function scratchFile(name: string, content: string | Buffer, mode = 0o644): string {
  const path = join(scratch, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}
