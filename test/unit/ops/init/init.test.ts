import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { answersFor } from "../../../../ops/init/answers.ts";
import { gitlabVariables, rowOf } from "../../../../ops/init/gitlab-table.ts";
import {
  type GoogleState,
  googleThings,
  makeThings,
  missingOf,
  projectNumberOf,
  secretsProviderOf,
  typed,
} from "../../../../ops/init/google.ts";
import { missingSecrets, settingKeys } from "../../../../ops/init/make-stack.ts";
import { checkPlace, ensurePassphrase } from "../../../../ops/init/state.ts";
import { outside } from "../../../../ops/outside.ts";
import { init } from "../../../../ops/verbs/init.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-init-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("answers", () => {
  test("are what the file has, then what was given, then what is usual", async () => {
    const answers = await answersFor({ host: "ssh" }, { sshHost: "192.0.2.1" }, undefined);
    expect(answers).toEqual({
      values: { sshHost: "192.0.2.1", target: "docker", database: "container" },
      found: ["host"],
    });
  });

  test("are asked for where somebody is there, and only what matters after the ones before", async () => {
    const asked: string[] = [];
    const replies: Record<string, string> = { target: "kubernetes", cluster: "gke" };
    const { values } = await answersFor({}, { gcpProject: "acme" }, async (question, usual) => {
      asked.push(question);
      if (question.startsWith("Where")) return replies["target"] ?? "";
      if (question.startsWith("Which cluster")) return replies["cluster"] ?? "";
      return usual ?? "shop.example.org";
    });
    expect(values).toEqual({
      ...{ target: "kubernetes", cluster: "gke", gcpProject: "acme" },
      ...{ domain: "shop.example.org", database: "container" },
    });
    expect(asked).toEqual([
      "Where does the stack run (docker, kubernetes)",
      "Which cluster (existing, gke)",
      "Host name of the app",
      "Image of the app in a registry, empty for what a pipeline will name",
      "Which database (container, managed, external, none)",
    ]);
  });

  test("that are missing, impossible or against the file are one message, and nothing is made", async () => {
    const given = { host: "dropet", database: "none", sshSources: "[]" };
    await expect(answersFor({ database: "container" }, given, undefined)).rejects.toThrow(
      "Nothing was made:\n" +
        "  - database is container in the stack's file, and none was given. What is there is never " +
        "overwritten: change the file, or leave the option out.\n" +
        "  - host is dropet; it must be one of local, ssh, droplet, gce.",
    );
    await expect(answersFor({}, { host: "droplet" }, undefined)).rejects.toThrow(
      'Networks that may log in to the machine, like ["203.0.113.0/24"]? --set sshSources=...',
    );
  });
});

describe("the place of the state", () => {
  test.each([
    ["file:///srv/state", "passphrase"],
    ["gs://acme-state", "gcpkms://projects/acme/locations/l/keyRings/slipway/cryptoKeys/dev"],
    ["s3://acme?endpoint=fra1.digitaloceanspaces.com&region=fra1", "passphrase"],
    ["https://api.pulumi.com", "passphrase"],
  ])("may be %s", (url, secretsProvider) => {
    expect(() => checkPlace({ url, secretsProvider })).not.toThrow();
  });

  test.each([
    ["acme-state", "passphrase", "--backend is acme-state; it must be"],
    ["s3://acme", "passphrase", "has no endpoint"],
    ["gs://acme", "awskms://alias", "--secrets is awskms://alias; it must be"],
  ])("may not be %s with %s", (url, secretsProvider, message) => {
    expect(() => checkPlace({ url, secretsProvider })).toThrow(message);
  });

  test("A passphrase is made once, for its owner alone, and never in the place of one that is lost", () => {
    const file = join(folder, "passphrase");
    const env = { PULUMI_CONFIG_PASSPHRASE_FILE: file };
    expect(() => ensurePassphrase("dev", true, env)).toThrow("is encrypted with a passphrase");
    expect(() => ensurePassphrase("dev", false, env)).toThrow(`which is not in ${file}`);
    writeFileSync(file, "of the team", { mode: 0o600 });
    expect(ensurePassphrase("dev", true, env)).toEqual({ file, made: false });
    expect(readFileSync(file, "utf8")).toBe("of the team");
    chmodSync(file, 0o644);
    expect(() => ensurePassphrase("dev", true, env)).toThrow(`Type: chmod 600 ${file}`);
  });

  test("A passphrase in the environment, which would win over the file, is refused", () => {
    expect(() =>
      ensurePassphrase("dev", false, { PULUMI_CONFIG_PASSPHRASE: "of the shell" }),
    ).toThrow("PULUMI_CONFIG_PASSPHRASE is set, and a passphrase is kept in a file here.");
  });

  test("A passphrase of the clone's own has 256 bits and mode 0600", () => {
    const stack = `unit-${process.pid}`;
    const { file, made } = ensurePassphrase(stack, false, {});
    try {
      expect(made).toBe(true);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readFileSync(file, "utf8")).toMatch(/^[\w-]{43}$/);
      expect(ensurePassphrase(stack, true, {})).toEqual({ file, made: false });
    } finally {
      rmSync(file);
    }
  });
});

describe("what a stack needs at Google", () => {
  const state: GoogleState = {
    ...{ bucket: "acme-state", project: "acme", projectNumber: "1234", location: "europe-west3" },
    ...{ stack: "prod", gitlab: { url: "https://gitlab.com", path: "team/app" } },
  };

  /** A `gcloud` on the PATH that writes down what it was asked, and knows what it has made. */
  function fakeGcloud(): () => string[] {
    const log = join(folder, "asked");
    writeFileSync(log, "");
    writeFileSync(join(folder, "gcloud"), FAKE_GCLOUD, { mode: 0o755 });
    process.env["PATH"] = `${folder}:${path}`;
    process.env["FAKE_GCLOUD"] = folder;
    return () => readFileSync(log, "utf8").trimEnd().split("\n");
  }
  const path = process.env["PATH"] ?? "";
  afterEach(() => {
    process.env["PATH"] = path;
    delete process.env["FAKE_GCLOUD"];
  });

  test("is made once, by gcloud; a second run finds all of it and changes nothing", async () => {
    const asked = fakeGcloud();
    expect(await projectNumberOf("acme", outside)).toBe("1234");
    const things = googleThings(state);
    expect(await missingOf(things, outside)).toEqual(things);
    const said: string[] = [];
    await makeThings(things, outside, (line) => said.push(line));
    expect(said).toContain("✓ Made the bucket gs://acme-state");
    expect(said).toHaveLength(things.length);
    const before = asked().length;
    expect(await missingOf(things, outside)).toEqual([]);
    const later = asked().slice(before);
    expect(
      later.filter((line) => / (create|create-oidc|enable|update|add-iam\S*) /.test(line)),
    ).toEqual([]);
  });

  test("is looked for as a whole: parts of other names, and the deleted, are not it", async () => {
    const [services] = googleThings(state);
    const bucket = googleThings(state).find(({ name }) => name === "its right to the bucket");
    const enabled = ["cloudkms", "iam", "iamcredentials", "sts", "bigquerystorage"];
    const account = "slipway-prod@acme.iam.gserviceaccount.com";
    const answers =
      (lines: string, members: object) => async (_: string, args: readonly string[]) => ({
        ...{ code: 0, stderr: "" },
        stdout: args[0] === "services" ? lines : JSON.stringify({ bindings: [members] }),
      });
    const things = [services, bucket].flatMap((thing) => thing ?? []);
    const lines = (names: string[]) => names.map((one) => `${one}.googleapis.com`).join("\n");
    expect(
      await missingOf(
        things,
        answers(lines(enabled), { members: [`deleted:serviceAccount:${account}?uid=1`] }),
      ),
    ).toEqual(things);
    expect(
      await missingOf(
        things,
        answers(lines([...enabled, "storage"]), { members: [`serviceAccount:${account}`] }),
      ),
    ).toEqual([]);
  });

  test("gives a pipeline the right to deploy only for its own project, protected refs and environment", () => {
    const commands = googleThings(state).flatMap(({ make }) => make.map(typed));
    expect(commands.find((line) => line.includes("create-oidc"))).toBe(
      "gcloud iam workload-identity-pools providers create-oidc gitlab --workload-identity-pool gitlab " +
        "--location global --project acme --issuer-uri=https://gitlab.com " +
        "'--attribute-mapping=google.subject=assertion.sub," +
        "attribute.project_path=assertion.project_path," +
        "attribute.ref_protected=assertion.ref_protected," +
        'attribute.deploys=assertion.project_path + "::" + assertion.ref_protected + "::" + ' +
        '(has(assertion.environment) ? assertion.environment : "")\' ' +
        "'--attribute-condition=assertion.project_path == \"team/app\"'",
    );
    expect(commands.find((line) => line.includes("workloadIdentityUser"))).toContain(
      "/workloadIdentityPools/gitlab/attribute.deploys/team/app::true::prod",
    );
    expect(commands.find((line) => line.includes("buckets create"))).toContain(
      "--uniform-bucket-level-access --public-access-prevention",
    );
  });

  test("stops at the first that fails, with what gcloud said", async () => {
    fakeGcloud();
    writeFileSync(join(folder, "fail"), "kms keyrings create");
    await expect(makeThings(googleThings(state), outside, () => {})).rejects.toThrow(
      "the key ring slipway could not be made: ERROR: quota\nWhat was made stays",
    );
    expect(existsSync(join(folder, "made-storage-buckets-create-gs---acme-state"))).toBe(true);
  });

  test("is asked of a gcloud that is there", async () => {
    process.env["PATH"] = folder;
    await expect(projectNumberOf("acme", outside)).rejects.toThrow(
      "There is no gcloud on this machine. Install it: https://cloud.google.com/sdk/docs/install",
    );
  });
});

test("The table for GitLab says where each value is found, and protects what deploys", () => {
  const place = {
    url: "s3://acme?endpoint=fra1.digitaloceanspaces.com&region=fra1",
    secretsProvider: "passphrase",
  };
  const rows = gitlabVariables({
    ...{ stack: "prod", values: { host: "droplet" }, place, googleAccount: undefined },
    passphraseFile: "/clone/.slipway/passphrase-prod",
  }).map(rowOf);
  expect(rows.map((row) => row.slice(0, 5))).toEqual([
    ["PULUMI_BACKEND_URL", "variable", "*", "no", "no"],
    ["PULUMI_CONFIG_PASSPHRASE_FILE", "file", "prod", "yes", "-"],
    ["AWS_ACCESS_KEY_ID", "variable", "prod", "yes", "yes"],
    ["AWS_SECRET_ACCESS_KEY", "variable", "prod", "yes", "yes"],
    ["DIGITALOCEAN_TOKEN", "variable", "prod", "yes", "yes"],
    ["GITLAB_TOKEN", "variable", "*", "no", "yes"],
  ]);
  expect(rows[1]?.[5]).toBe("content of /clone/.slipway/passphrase-prod");
});

test("A pipeline can log in to Pulumi Cloud", () => {
  const rows = gitlabVariables({
    ...{ stack: "dev", values: {}, passphraseFile: undefined, googleAccount: undefined },
    place: { url: "https://api.pulumi.com", secretsProvider: "passphrase" },
  }).map(rowOf);
  expect(rows[1]?.slice(0, 5)).toEqual(["PULUMI_ACCESS_TOKEN", "variable", "dev", "yes", "yes"]);
});

test("Its secrets are encrypted by the key that was made for the stack", () => {
  expect(secretsProviderOf({ project: "acme", location: "europe-west3", stack: "prod" })).toBe(
    "gcpkms://projects/acme/locations/europe-west3/keyRings/slipway/cryptoKeys/prod",
  );
});

const FAKE_GCLOUD = `#!/bin/sh
cd "$FAKE_GCLOUD" || exit 1
printf '%s\\n' "$*" >>asked
if [ -f fail ]; then case "$*" in *"$(cat fail)"*) echo 'ERROR: quota' >&2; exit 1 ;; esac; fi
name() { printf %s "$1" | tr -c 'a-zA-Z0-9' -; }
made() { [ -f "made-$(name "$1")" ]; }
case "$*" in
  'projects describe acme --format=value(projectNumber)') echo 1234 ;;
  'services list'*) [ -f services ] && cat services ;;
  'services enable'*) shift 2; echo "$*" >services ;;
  *add-iam-policy-binding*) echo "$*" >>policy ;;
  *get-iam-policy*) cat policy 2>/dev/null || echo '{}' ;;
  *' describe '*)
    kind=\${*%% describe *}; rest=\${*#* describe }
    first=\${rest%% *}; first=\${first%%@*}
    made "$kind create $first" || made "$kind create-oidc $first" || exit 1 ;;
  *' create '*) kind=\${*%% create *}; rest=\${*#* create }; : >"made-$(name "$kind create \${rest%% *}")" ;;
  *' create-oidc '*) kind=\${*%% create-oidc *}; rest=\${*#* create-oidc }; : >"made-$(name "$kind create-oidc \${rest%% *}")" ;;
  'storage buckets update'*) ;;
  *) echo "fake gcloud: $*" >&2; exit 2 ;;
esac
`;

test("No secret of the project is taken as an argument", async () => {
  const { all, secret } = settingKeys();
  expect(all).toEqual(expect.arrayContaining(secret));
  expect(secret).toEqual(
    expect.arrayContaining(["appSecrets", "buildSecrets", "databasePassword"]),
  );
  expect(secret).not.toContain("secretsAs");
  for (const key of secret) {
    const run = init.run(["-s", "dev", "--set", `${key}=a value`]);
    await expect(run).rejects.toThrow(`${key} is a secret, and an argument is no place for one.`);
  }
});

test("A secret is made where there is none, in whatever form, and only for what is ours", () => {
  expect(missingSecrets([], { database: "container" })).toEqual(["databasePassword", "appSecret"]);
  expect(missingSecrets(["databasePassword"], { database: "managed" })).toEqual(["appSecret"]);
  expect(missingSecrets([], { database: "external" })).toEqual(["appSecret"]);
});
