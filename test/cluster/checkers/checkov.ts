import { execFileSync, spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { offlineImages } from "../../../offline/images/index.ts";
import { chosenTools } from "../../../ops/tools.ts";

interface Finding {
  readonly check: string;
  /** `KIND.NAME`. */
  readonly object: string;
  readonly about: string;
}

interface Found {
  readonly failed: readonly Finding[];
  readonly passed: number;
}

interface Report {
  readonly summary: { readonly passed: number };
  readonly results: {
    readonly failed_checks: readonly {
      readonly check_id: string;
      readonly check_name: string;
      readonly resource: string;
      readonly file_path: string;
    }[];
  };
}

const IMAGE = "slipway-cluster-test/checkov";

/** What checkov thinks of a file of manifests. */
export function checkov(manifests: string): Found {
  const { summary, results } = report(dirname(manifests), [
    "--framework=kubernetes",
    "--directory=.",
  ]);
  return {
    failed: results.failed_checks.map(({ check_id: check, resource, check_name: about }) => ({
      check,
      object: short(resource),
      about,
    })),
    passed: summary.passed,
  };
}

/** What it thinks of Dockerfiles, whose paths in the folder are what it finds something in. */
export function checkovOfDockerfiles(folder: string, files: readonly string[]): Found {
  const options = ["--framework=dockerfile", ...files.map((file) => `--file=${file}`)];
  const { summary, results } = report(folder, options);
  return {
    failed: results.failed_checks.map(({ check_id: check, file_path, check_name: about }) => ({
      check,
      object: file_path.replace(/^\/+/, ""),
      about,
    })),
    passed: summary.passed,
  };
}

function report(folder: string, options: readonly string[]): Report {
  const base = chosenTools().images === "offline" ? offlineImages.python : undefined;
  const from = base === undefined ? [] : ["--build-arg", `PYTHON_IMAGE=${base}`];
  docker("build", "--quiet", "--tag", IMAGE, ...from, import.meta.dirname);
  try {
    const { stdout, stderr } = spawnSync(
      "docker",
      [
        ...["run", "--rm", "--network=none"],
        ...[`--volume=${folder}:/checked:ro`, "--workdir=/checked", IMAGE],
        ...[...options, "--output=json", "--skip-download", "--compact", "--quiet"],
      ],
      { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
    );
    return JSON.parse(stdout || `{"error": ${JSON.stringify(stderr)}}`);
  } finally {
    // Its layers stay, for the next time.
    docker("image", "rm", "--no-prune", IMAGE);
  }
}

/** Without the namespace in the middle. */
const short = (resource: string) => resource.replace(/^(\w+)\..+\.([^.]+)$/, "$1.$2");

function docker(...args: string[]): void {
  execFileSync("docker", args, { stdio: "pipe" });
}
