import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MAIN_FILE } from "../../../components/nginx/main-conf.ts";
import { CONF_FOLDER } from "../../../components/nginx/places.ts";
import { ensureOfflineImages, offlineImages } from "../../../offline/images/index.ts";
import { chosenTools } from "../../../ops/tools.ts";
import type { Files } from "../../engine/nginx/running-nginx.ts";
import { configurations } from "./configurations.ts";
import { EXCEPTIONS } from "./exceptions.ts";

const IMAGE = "slipway-images-test/gixy";

interface Finding {
  readonly plugin: string;
  readonly severity: string;
  readonly summary: string;
  readonly reason?: string;
  readonly config: string;
}

const folder = mkdtempSync(join(tmpdir(), "slipway-gixy-"));
let all: ReadonlyMap<string, Files>;

beforeAll(async () => {
  const offline = chosenTools().images === "offline";
  const from = offline ? ["--build-arg", `PYTHON_IMAGE=${offlineImages.python}`] : [];
  if (offline) await ensureOfflineImages(() => undefined, undefined, [offlineImages.python]);
  docker("build", "--quiet", "--tag", IMAGE, ...from, import.meta.dirname);
  all = await configurations();
}, 600_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  // Its layers stay, for the next time.
  docker("image", "rm", "--no-prune", IMAGE);
});

test("gixy-ng finds nothing but what has a reason, and no reason is without what it is for", () => {
  const found = [...all].flatMap(([name, files]) =>
    gixy(name, files).map((finding) => ({ name, ...finding })),
  );
  const reasons = found.map(({ plugin, config }) =>
    EXCEPTIONS.find((one) => one.check === plugin && (one.config?.test(config) ?? true)),
  );
  expect(found.filter((_, index) => reasons[index] === undefined)).toEqual([]);
  expect(EXCEPTIONS.filter((exception) => !reasons.includes(exception))).toEqual([]);
});

test("It would say what is wrong with one", () => {
  const spoofed = `events {}
http {
  server {
    location / {
      proxy_set_header Host $http_host;
      proxy_pass http://127.0.0.1$uri;
    }
  }
}
`;
  const found = gixy("wrong", { [MAIN_FILE]: spoofed }).map(({ plugin }) => plugin);
  expect(found).toContain("http_splitting");
  expect(found).toContain("host_spoofing");
});

function gixy(name: string, files: Files): Finding[] {
  const etc = join(folder, name);
  const written = { ...inFolder(files), "mime.types": "types {\n  text/html html;\n}\n" };
  for (const [file, text] of Object.entries(written)) {
    mkdirSync(dirname(join(etc, file)), { recursive: true });
    writeFileSync(join(etc, file), text);
  }
  chmodSync(folder, 0o755);
  const mounted = `--volume=${etc}:/etc/nginx:ro`;
  const { stdout, stderr } = spawnSync(
    "docker",
    [
      ...["run", "--rm", "--network=none", mounted, IMAGE, "--nginx-version=1.30.6"],
      ...["--format=json", `${CONF_FOLDER}/${MAIN_FILE}`],
    ],
    { encoding: "utf8", maxBuffer: 16 * 1024 * 1024 },
  );
  // What it can't read it leaves out.
  if (/error|fail/i.test(stderr)) throw new Error(`${name}: ${stderr}`);
  return JSON.parse(stdout) as Finding[];
}

const inFolder = (files: Files) =>
  Object.fromEntries(Object.entries(files).map(([file, text]) => [`conf.d/${file}`, text]));

function docker(...args: string[]): void {
  execFileSync("docker", args, { stdio: "pipe" });
}
