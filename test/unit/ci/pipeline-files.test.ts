import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { verbs } from "../../../ops/verbs/index.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

interface Job {
  readonly extends?: string;
  readonly script?: string[];
  readonly before_script?: string[];
  readonly interruptible?: boolean;
  readonly resource_group?: string;
  readonly environment?: { readonly name: string; readonly url?: string; readonly action?: string };
}

/** GitLab's own tag, which takes what another job has. */
const customTags = [
  { tag: "!reference", collection: "seq" as const, resolve: (value: unknown) => value },
];

/** Jobs of a file, with what they take from hidden ones. */
function jobsOf(file: string): Record<string, Job> {
  const all: Record<string, Job> = parseAllDocuments(read(file), { customTags }).at(-1)?.toJS();
  const whole = (job: Job): Job =>
    job.extends === undefined ? job : { ...whole(all[job.extends] ?? {}), ...job };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([name, job]) => !name.startsWith(".") && job.script !== undefined)
      .concat(Object.entries(all).filter(([name, job]) => !name.startsWith(".") && job.extends))
      .map(([name, job]) => [name, whole(job)]),
  );
}

const deploys = Object.entries(jobsOf("ci/deploy.yml"));
const changing = deploys.filter(([name]) => /^(deploy|promote|review|stop)/.test(name));

describe("each job is one line, which runs on a laptop too", () => {
  test.each(["ci/test.yml", "ci/pack.yml", "ci/deploy.yml"])("%s", (file) => {
    const jobs = Object.entries(jobsOf(file));
    expect(jobs.length).toBeGreaterThan(1);
    expect(jobs.filter(([, { script }]) => script?.length !== 1)).toEqual([]);
  });

  test("a line that deploys is a verb of slipway", () => {
    const lines = deploys.map(([, { script }]) => script?.[0] ?? "");
    expect(lines.filter((line) => !/^\.\/slipway [a-z-]+ /.test(`${line} `))).toEqual([]);
  });
});

describe("a line says what its verb takes", () => {
  const lines = readdirSync(join(ROOT, "ci"))
    .filter((name) => name.endsWith(".yml"))
    .flatMap((name) => Object.entries(jobsOf(`ci/${name}`)))
    .flatMap(([name, { script = [], before_script: before = [] }]) =>
      [...before, ...script].map((line) => [name, line] as const),
    )
    .flatMap(([name, line]) =>
      [...line.matchAll(/(?:\.\/slipway|\$SLIPWAY_COMMAND) ([a-z-]+)(.*)/g)].map(
        ([, verb = "", rest = ""]) => [name, verb, rest] as const,
      ),
    );

  test("there are the verbs that a pipeline needs", () => {
    expect([...new Set(lines.map(([, verb]) => verb))].sort()).toEqual([
      "drift",
      "pack",
      "preview",
      "promote",
      "prune-images",
      "review",
      "sweep",
      "up",
    ]);
  });

  test.each(lines)("%s: %s", (_, verb, rest) => {
    const command = verbs.find(({ name }) => name === verb)?.command;
    const options = [...rest.matchAll(/(?<![\w-])--?[a-z][a-z-]*/g)].map(([option]) => option);
    const known = new Set(command?.options.flatMap(({ short, long }) => [short, long]));
    expect(options.filter((option) => !known.has(option))).toEqual([]);
  });
});

describe("what changes a stack", () => {
  test("there is a job for dev, prod, review and the end of a review", () => {
    expect(changing.map(([name]) => name)).toEqual([
      "deploy-$[[ inputs.dev ]]",
      "promote-$[[ inputs.prod ]]",
      "review",
      "stop-review",
    ]);
  });

  test.each(changing)("%s is never cut off, and one at a time", (_, job) => {
    expect(job.interruptible).toBe(false);
    expect(job.resource_group).toBeDefined();
  });

  test.each(changing)(
    "%s has its environment in GitLab, with the address",
    (_, { environment }) => {
      expect(environment?.name).toBeDefined();
      expect(environment?.action === "stop" || environment?.url === "$SLIPWAY_URL").toBe(true);
    },
  );

  const removing = deploys.filter(([name]) => /^(sweep|prune)/.test(name));

  test.each([...changing, ...removing])(
    "%s has program and config of the default branch as it is now",
    (_, job) => {
      const lines = job.before_script?.join("\n") ?? "";
      expect(lines).toContain("$CI_DEFAULT_BRANCH");
      expect(lines).toMatch(/git (fetch|clone) /);
    },
  );
});

test("a merge request's own program has credentials of environments that nothing deploys to", () => {
  const names = deploys
    .filter(([name]) => name.startsWith("preview"))
    .map(([, { environment }]) => `${environment?.name} ${environment?.action}`);
  expect(names).toEqual(["preview/$[[ inputs.dev ]] access", "preview/$[[ inputs.prod ]] access"]);
});

test("a branch's stack is like one that is named for it, and never like one that the pipeline deploys", () => {
  const [header] = parseAllDocuments(read("ci/deploy.yml"), { customTags });
  expect(header?.toJS().spec.inputs.review_like.default).toBe("none");
  const [line = ""] = jobsOf("ci/deploy.yml")["review"]?.script ?? [];
  expect(line).toContain("--like $[[ inputs.review_like ]] ");
  const given = [...line.matchAll(/--deployed (\S+ \S+ \S+)/g)].map(([, one]) => one);
  const deployed = changing
    .map(([name]) => /^(?:deploy|promote)-(.*)$/.exec(name)?.[1])
    .filter((one) => one !== undefined);
  expect(given).toEqual(deployed);
  expect(deployed).toHaveLength(2);
});

test("what lists the packages of an app is locked as a whole, by hash, and runs nothing when it is installed", () => {
  const sbom = jobsOf("ci/pack.yml")["sbom"];
  const lines = [...(sbom?.before_script ?? []), ...(sbom?.script ?? [])];
  expect(lines.join("\n")).not.toMatch(/\bnpx\b|npm (?:i|install|exec)\b/);
  expect(lines.join("\n")).toMatch(/npm ci .*--ignore-scripts/);
  const { packages } = JSON.parse(read("ci/sbom/package-lock.json"));
  const { "": own, ...brought } = packages;
  expect(own.dependencies).toEqual(JSON.parse(read("ci/sbom/package.json")).dependencies);
  const loose = Object.entries<{ integrity?: string }>(brought).filter(
    ([, { integrity = "" }]) => !integrity.startsWith("sha512-"),
  );
  expect(loose).toEqual([]);
  expect(Object.keys(brought)).toContain("node_modules/@cyclonedx/cdxgen");
});

test("an app's own repository needs less than 15 lines, and they are in the documentation", () => {
  const examples = [
    ...read("docs/gitlab.md").matchAll(/```yaml\n(# \.gitlab-ci\.yml[\s\S]*?)```/g),
  ];
  expect(examples.length).toBeGreaterThan(0);
  for (const [, text = ""] of examples) {
    expect(text.trim().split("\n").length).toBeLessThan(15);
    expect(() => parse(text)).not.toThrow();
  }
});

describe("docs/gitlab.md", () => {
  const inputsOf = (file: string) => {
    const [header] = parseAllDocuments(read(file), { customTags });
    return Object.keys(header?.toJS().spec.inputs);
  };
  const files = readdirSync(join(ROOT, "ci")).filter((name) => name.endsWith(".yml"));

  test.each(files)("names every input of %s", (file) => {
    const text = read("docs/gitlab.md");
    expect(inputsOf(`ci/${file}`).filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});

test("the command is cloned anew where a runner keeps its folder, and the job's token is not left in it", () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-clone-"));
  try {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, stdio: "pipe" });
    git("init", "--quiet", "team/deployment.git");
    const author = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
    git("-C", "team/deployment.git", ...author, "commit", "-q", "--allow-empty", "-m", "first");
    git("init", "--quiet", "app");
    const line = jobsOf("ci/pack.yml")["pack"]?.before_script?.at(-1) ?? "";
    const env = {
      ...process.env,
      CI_SERVER_PROTOCOL: "https",
      CI_JOB_TOKEN: "of-the-job",
      CI_SERVER_HOST: "gitlab.example",
      CI_SERVER_PORT: "443",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: `url.file://${folder}/.insteadOf`,
      GIT_CONFIG_VALUE_0: "https://gitlab-ci-token:of-the-job@gitlab.example:443/",
    };
    for (const _ of ["first", "second"]) {
      const script = `${line.replaceAll("$[[ inputs.slipway ]]", "team/deployment")}\necho $SLIPWAY_COMMAND`;
      const options = { cwd: join(folder, "app"), env, encoding: "utf8" } as const;
      expect(execFileSync("sh", ["-ec", script], options)).toBe(".git/slipway/slipway\n");
    }
    const left = spawnSync("grep", ["-r", "of-the-job", "app/.git"], { cwd: folder });
    expect(left.status).toBe(1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe("the login to Google Cloud", () => {
  const login = (env: Record<string, string>) =>
    execFileSync(
      "sh",
      ["-ec", ". ci/google-login.sh; cat /dev/null $GOOGLE_APPLICATION_CREDENTIALS"],
      {
        cwd: ROOT,
        encoding: "utf8",
        env: { PATH: process.env["PATH"], ...env },
      },
    );

  test("there is none without an audience", () => {
    expect(login({})).toBe("");
    expect(login({ SLIPWAY_GOOGLE_AUDIENCE: "none" })).toBe("");
  });

  test("Google's libraries find the job's token, and no key", () => {
    const folder = mkdtempSync(join(tmpdir(), "slipway-login-"));
    try {
      const audience =
        "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/g";
      const env = {
        TMPDIR: folder,
        SLIPWAY_GOOGLE_AUDIENCE: audience,
        SLIPWAY_GOOGLE_TOKEN: "a.b.c",
      };
      const credentials = JSON.parse(login(env));
      expect(credentials).toMatchObject({ type: "external_account", audience });
      expect(readFileSync(credentials.credential_source.file, "utf8")).toBe("a.b.c");
      const acting = JSON.parse(login({ ...env, SLIPWAY_GOOGLE_ACCOUNT: "deployer@acme.example" }));
      expect(acting.service_account_impersonation_url).toContain("deployer@acme.example:generate");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

test.each([
  ["Lines        : 83.05% ( 254/8326 )", "83.05"],
  ["All files          |   91.2 |    80.0 |", "91.2"],
  ["TOTAL                      120     12    90%", "90"],
])("the coverage is found in %j", (line, coverage) => {
  const [header] = parseAllDocuments(read("ci/test.yml"), { customTags });
  const pattern: string = header?.toJS().spec.inputs.coverage.default;
  expect(new RegExp(pattern.slice(1, -1)).exec(line)?.[1]).toBe(coverage);
});

test("a release's duration is reported in the form of GitLab's metrics", () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-metrics-"));
  try {
    execFileSync("sh", ["-c", "echo SLIPWAY_SECONDS=42 >deploy.env"], { cwd: folder });
    const run = (file: string) =>
      execFileSync(join(ROOT, "ci/metrics.sh"), ["dev", file], {
        cwd: folder,
        encoding: "utf8",
        env: { PATH: process.env["PATH"], CI_PIPELINE_CREATED_AT: "2026-01-01T00:00:00Z" },
      });
    expect(run("deploy.env")).toMatch(
      /^slipway_release_seconds\{stack="dev"\} 42\nslipway_pipeline_seconds\{stack="dev"\} \d+\n$/,
    );
    expect(run("nothing.env")).toBe("");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
