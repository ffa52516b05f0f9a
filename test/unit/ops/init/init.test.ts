import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { answersFor } from "../../../../ops/init/answers.ts";
import { gitlabVariables, rowOf } from "../../../../ops/init/gitlab-table.ts";
import {
  accountOf,
  checkNames,
  type GoogleState,
  googleThings,
  type MissingThing,
  makeThings,
  missingOf,
  projectNumberOf,
  secretsProviderOf,
  typed,
  writesIn,
} from "../../../../ops/init/google.ts";
import { missingSecrets, settingKeys } from "../../../../ops/init/make-stack.ts";
import { checkPlace, ensurePassphrase } from "../../../../ops/init/state.ts";
import { outside } from "../../../../ops/outside.ts";
import { init, keptProvider, locationFor } from "../../../../ops/verbs/init.ts";

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
      "Image of the app in a registry, empty if a pipeline will set it",
      "Which database (container, managed, external, none)",
    ]);
  });

  test("that are missing, impossible or against the file are one message, and nothing is made", async () => {
    const given = { host: "dropet", database: "none", sshSources: "[]" };
    await expect(answersFor({ database: "container" }, given, undefined)).rejects.toThrow(
      "Nothing was made:\n" +
        "  - database is container in the stack's file, and none was given. A value in the file is never " +
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

const ACCOUNT = "serviceAccount:slipway-prod@acme.iam.gserviceaccount.com";

describe("what a stack needs at Google", () => {
  const state: GoogleState = {
    ...{ bucket: "acme-state", project: "acme", projectNumber: "1234", location: "europe-west3" },
    ...{ stack: "prod", gitlab: { url: "https://gitlab.com", path: "team/app" } },
  };

  /** A `gcloud` on the PATH that writes down what it was asked, and knows what it has made. */
  function fakeGcloud() {
    const log = join(folder, "asked");
    writeFileSync(log, "");
    writeFileSync(join(folder, "gcloud"), FAKE_GCLOUD, { mode: 0o755 });
    process.env["PATH"] = `${folder}:${path}`;
    process.env["FAKE_GCLOUD"] = folder;
    const there = join(folder, "there.json");
    const read = () => JSON.parse(readFileSync(there, "utf8"));
    return {
      asked: () => readFileSync(log, "utf8").trimEnd().split("\n"),
      read,
      /** Changes what is there by hand, as others may. */
      change: (key: string, changes: object) => {
        const all = read();
        writeFileSync(there, JSON.stringify({ ...all, [key]: { ...all[key], ...changes } }));
      },
    };
  }
  const path = process.env["PATH"] ?? "";
  afterEach(() => {
    process.env["PATH"] = path;
    delete process.env["FAKE_GCLOUD"];
  });
  const quiet = () => {};
  const missing = async (of = state) => await missingOf(googleThings(of), outside);
  const made = async (of = state) => await makeThings(await missing(of), outside, quiet);
  const lines = (things: readonly MissingThing[]) =>
    things.flatMap(({ commands }) => commands.map(typed));

  test("is made once, by gcloud; a second run finds all of it and changes nothing", async () => {
    const { asked } = fakeGcloud();
    expect(await projectNumberOf("acme", outside)).toBe("1234");
    const things = googleThings(state);
    // A new account has no right that is too much.
    const toMake = things.map(({ name }) => name).filter((name) => !name.endsWith("alone"));
    expect((await missing()).map(({ name }) => name)).toEqual(toMake);
    const said: string[] = [];
    await makeThings(await missing(), outside, (line) => said.push(line));
    expect(said).toContain("✓ Made the bucket gs://acme-state");
    expect(said).toHaveLength(toMake.length);
    const before = asked().length;
    expect(await missing()).toEqual([]);
    const later = asked().slice(before);
    expect(
      later.filter((line) => / (create|create-oidc|enable|update|add-iam\S*) /.test(line)),
    ).toEqual([]);
  });

  test("is completed where a run ended half-way: a bucket without versions", async () => {
    fakeGcloud();
    writeFileSync(join(folder, "fail"), "storage buckets update");
    await expect(made()).rejects.toThrow("the bucket gs://acme-state could not be made");
    rmSync(join(folder, "fail"));
    expect(lines(await missing())[0]).toBe(
      "gcloud storage buckets update gs://acme-state --project acme --versioning " +
        "--uniform-bucket-level-access --public-access-prevention",
    );
    await made();
    expect(await missing()).toEqual([]);
  });

  test.each<[string, string, object, RegExp]>([
    [
      "a public bucket",
      "gs://acme-state",
      { public_access_prevention: "inherited" },
      /buckets upd/,
    ],
    ["a pool that was deleted", "pool", { state: "DELETED" }, /pools undelete gitlab /],
    ["a pool that is off", "pool", { disabled: true }, /pools update gitlab .* --no-disabled$/],
    ["a provider that was deleted", "provider", { state: "DELETED" }, /providers undelete gitlab /],
    ["a provider that is off", "provider", { disabled: true }, /update-oidc .*--no-disabled /],
    [
      "another mapping",
      "provider",
      { attributeMapping: { "google.subject": "assertion.sub" } },
      /update-oidc .*attribute\.deploys=/,
    ],
    [
      "another role of the account",
      "policy gs://acme-state",
      { bindings: [{ role: "roles/storage.objectViewer", members: [ACCOUNT] }] },
      /add-iam-policy-binding gs:\/\/acme-state .*objectAdmin '--condition=title=slipway-prod-writes,/,
    ],
    [
      "a right to the states of all stacks, as it was given before",
      "policy gs://acme-state",
      { bindings: [{ role: "roles/storage.objectAdmin", members: [ACCOUNT] }] },
      /remove-iam-policy-binding gs:\/\/acme-state .*objectAdmin --condition=None$/,
    ],
    [
      "a right that is tied to a time",
      "policy prod",
      {
        bindings: [
          {
            role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
            members: [ACCOUNT],
            condition: { title: "a week" },
          },
        ],
      },
      /add-iam-policy-binding prod /,
    ],
    ["an account that is off", "account", { disabled: true }, /service-accounts enable /],
  ])("is put right: %s", async (_, key, changes, command) => {
    const { change } = fakeGcloud();
    await made();
    change(key, changes);
    const wrong = lines(await missing());
    expect(wrong.some((line) => command.test(line))).toBe(true);
    await made();
    expect(await missing()).toEqual([]);
  });

  test("lets a second project of the same GitLab in beside the first, and none of another", async () => {
    const { read } = fakeGcloud();
    await made();
    const shop = { ...state, gitlab: { url: "https://gitlab.com", path: "team/shop" } };
    await made(shop);
    expect(read().provider.attributeCondition).toBe(
      'assertion.project_path == "team/app" || assertion.project_path == "team/shop"',
    );
    expect([await missing(), await missing(shop)]).toEqual([[], []]);
    const elsewhere = {
      ...state,
      gitlab: { url: "https://gitlab.acme.example", path: "team/app" },
    };
    await expect(missing(elsewhere)).rejects.toThrow(
      "The provider gitlab at Google is for https://gitlab.com, not for https://gitlab.acme.example",
    );
  });

  test("keeps what others have mapped beside", async () => {
    const { change, read } = fakeGcloud();
    await made();
    change("provider", { attributeMapping: { "attribute.user": "assertion.user_login" } });
    await made();
    expect(read().provider.attributeMapping).toMatchObject({
      "attribute.user": "assertion.user_login",
      "google.subject": "assertion.sub",
    });
    expect(await missing()).toEqual([]);
  });

  test("says what a person has to do about a key whose version is gone", async () => {
    const { change } = fakeGcloud();
    await made();
    change("key prod", { state: "DESTROY_SCHEDULED" });
    await expect(missing()).rejects.toThrow(
      "The KMS key prod is there, and its version is DESTROY_SCHEDULED: values that it encrypted can't be read. " +
        "Restore or enable the version: `gcloud kms keys versions list --key prod --keyring slipway",
    );
  });

  test("has names that Google takes, shortened or refused", () => {
    const stack = "a-stack-with-a-name-of-31-chars";
    const id = accountOf({ stack, project: "acme" }).split("@")[0] ?? "";
    expect(id).toMatch(/^slipway-a-stack-with-[a-z-]*-[0-9a-f]{6}$/);
    expect(id.length).toBeLessThanOrEqual(30);
    expect(accountOf({ stack: "dev", project: "acme" })).toContain("slipway-dev@");
    const other = { stack: "a-stack-with-a-name-of-31-charz", project: "acme" };
    expect(accountOf(other)).not.toContain(id);
    const names =
      (bucket: string, path = "team/app") =>
      () =>
        checkNames({ bucket, gitlab: { url: "https://gitlab.com", path } });
    expect(names("acme-state")).not.toThrow();
    for (const bucket of ["ab", "Acme", "acme_", "a".repeat(64)]) {
      expect(names(bucket)).toThrow(`Google takes no bucket "${bucket}"`);
    }
    expect(names("acme-state", "g".repeat(89))).not.toThrow();
    expect(names("acme-state", "g".repeat(90))).toThrow("is too long for Google");
  });

  test("is looked for as a whole: parts of other names, and the deleted, are not it", async () => {
    const things = googleThings(state).filter(({ name }) =>
      ["the services that this takes", "its right to write its own state"].includes(name),
    );
    const enabled = ["cloudkms", "iam", "iamcredentials", "sts", "bigquerystorage"];
    const answers =
      (services: string[], member: string) => async (_: string, args: readonly string[]) => ({
        ...{ code: 0, stderr: "" },
        stdout:
          args[0] === "services"
            ? services.map((one) => `${one}.googleapis.com`).join("\n")
            : JSON.stringify({
                bindings: [
                  {
                    role: "roles/storage.objectAdmin",
                    members: [member],
                    condition: { expression: writesIn("acme-state", "prod") },
                  },
                ],
              }),
      });
    const deleted = `deleted:${ACCOUNT}?uid=1`;
    expect(await missingOf(things, answers(enabled, deleted))).toHaveLength(2);
    expect(await missingOf(things, answers([...enabled, "storage"], ACCOUNT))).toEqual([]);
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

  test("gives the right to write one stack's state, and not another's, whose name may begin alike", () => {
    const expression = writesIn("acme-state", "prod");
    const prefixes = [...expression.matchAll(/startsWith\("([^"]*)"\)/g)].map(
      ([, one]) => one ?? "",
    );
    const mayWrite = (name: string) =>
      prefixes.some((one) =>
        `projects/_/buckets/acme-state/objects/.pulumi/${name}`.startsWith(one),
      );
    const of = (stack: string) => [
      `stacks/slipway/${stack}.json`,
      `stacks/slipway/${stack}.json.bak`,
      `history/slipway/${stack}/${stack}-1.history.json`,
      `backups/slipway/${stack}/${stack}.1.json`,
      `locks/organization/slipway/${stack}/1.json`,
    ];
    expect(of("prod").map(mayWrite)).toEqual(of("prod").map(() => true));
    for (const other of ["dev", "prod-eu", "prod2", "review-prod"]) {
      expect(of(other).map(mayWrite)).toEqual(of(other).map(() => false));
    }
    expect(mayWrite("meta.yaml")).toBe(false);
  });

  test("stops at the first that fails, with what gcloud said", async () => {
    const { read } = fakeGcloud();
    writeFileSync(join(folder, "fail"), "kms keyrings create");
    await expect(made()).rejects.toThrow(
      "the key ring slipway could not be made: ERROR: quota\nWhat was made stays",
    );
    expect(read()["gs://acme-state"]).toBeDefined();
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
    ["GITLAB_TOKEN", "variable", "prod", "yes", "yes"],
    ["GITLAB_TOKEN", "variable", "preview/prod", "no", "yes"],
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

const FAKE_GCLOUD = `#!${process.execPath}
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require("node:fs");
process.chdir(process.env.FAKE_GCLOUD);
const args = process.argv.slice(2);
const line = args.join(" ");
appendFileSync("asked", line + "\\n");
const fail = (text) => { console.error(text); process.exit(1); };
if (existsSync("fail") && line.includes(readFileSync("fail", "utf8"))) fail("ERROR: quota");
const there = existsSync("there.json") ? JSON.parse(readFileSync("there.json", "utf8")) : {};
const put = (key, more) => {
  there[key] = { ...there[key], ...more };
  writeFileSync("there.json", JSON.stringify(there));
};
const option = (name) => {
  const at = args.indexOf(name);
  return at >= 0 ? args[at + 1] : args.find((one) => one.startsWith(name + "="))?.slice(name.length + 1);
};
const flags = (more) => Object.entries(more).flatMap(([flag, value]) => args.includes(flag) ? [value] : []);
const bucket = () => Object.assign({}, ...flags({
  "--versioning": { versioning_enabled: true },
  "--uniform-bucket-level-access": { uniform_bucket_level_access: true },
  "--public-access-prevention": { public_access_prevention: "enforced" },
}));
// A value may have commas and = in it: a new key begins with google. or attribute.
const mapping = () => Object.fromEntries((option("--attribute-mapping") ?? "").split(/,(?=google\\.|attribute\\.)/)
  .map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)]));
const rest = (words) => line.startsWith(words + " ") ? args[words.split(" ").length] : undefined;
const KINDS = { "storage buckets": (name) => name, "kms keyrings": () => "ring", "kms keys": (name) => "key " + name,
  "iam service-accounts": () => "account", "iam workload-identity-pools providers": () => "provider",
  "iam workload-identity-pools": () => "pool" };
if (line === "projects describe acme --format=value(projectNumber)") console.log("1234");
else if (line.startsWith("services list")) console.log((there.services?.names ?? []).join("\\n"));
else if (line.startsWith("services enable")) put("services", { names: args.filter((one) => one.endsWith(".com")) });
else if (args.includes("get-iam-policy")) {
  console.log(JSON.stringify(there["policy " + args[args.indexOf("get-iam-policy") + 1]] ?? {}));
} else if (args.includes("add-iam-policy-binding")) {
  const key = "policy " + args[args.indexOf("add-iam-policy-binding") + 1];
  const [, title, expression] = /^title=([^,]*),expression=(.*)$/.exec(option("--condition") ?? "") ?? [];
  const binding = { role: option("--role"), members: [option("--member")],
    ...(expression === undefined ? {} : { condition: { title, expression } }) };
  put(key, { bindings: [...(there[key]?.bindings ?? []), binding] });
} else if (args.includes("remove-iam-policy-binding")) {
  const key = "policy " + args[args.indexOf("remove-iam-policy-binding") + 1];
  if (option("--condition") !== "None") fail("ERROR: which condition?");
  put(key, { bindings: (there[key]?.bindings ?? []).filter((one) => one.condition !== undefined
    || one.role !== option("--role") || !one.members.includes(option("--member"))) });
} else {
  const [kind, keyOf] = Object.entries(KINDS).find(([kind]) => line.startsWith(kind + " "));
  const verb = args[kind.split(" ").length];
  const key = keyOf(rest(kind + " " + verb));
  const thing = there[key];
  if (verb === "create" || verb === "create-oidc") put(key, kind === "storage buckets"
    ? { versioning_enabled: false, public_access_prevention: "inherited", ...bucket() }
    : kind === "kms keys" ? { state: "ENABLED" }
    : verb === "create-oidc" ? { state: "ACTIVE", attributeCondition: option("--attribute-condition"),
        attributeMapping: mapping(), oidc: { issuerUri: option("--issuer-uri") } }
    : { state: "ACTIVE" });
  else if (thing === undefined) fail("ERROR: NOT_FOUND");
  else if (verb === "update") put(key, kind === "storage buckets" ? bucket() : { disabled: false });
  else if (verb === "update-oidc") put(key, { disabled: false, attributeMapping: mapping(),
    attributeCondition: option("--attribute-condition") });
  else if (verb === "undelete") put(key, { state: "ACTIVE" });
  else if (verb === "enable") put(key, { disabled: false });
  else if (verb === "describe") {
    const format = option("--format") ?? "";
    if (format === "json") console.log(JSON.stringify(thing));
    else if (format.startsWith("default")) {
      for (const [name, value] of Object.entries(thing)) console.log(name + ": " + value);
    } else if (format === "value(primary.state)") console.log(thing.state);
    else if (format === "value(disabled)") console.log(thing.disabled ? "True" : "");
    else if (format === "value(state,disabled)") console.log(thing.state + "\\t" + (thing.disabled ? "True" : ""));
  } else fail("fake gcloud: " + line);
}
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
    await expect(run).rejects.toThrow(`${key} is a secret, and does not belong in an argument.`);
  }
});

test("A secret is made where there is none, in whatever form, and only for what is ours", () => {
  expect(missingSecrets([], { database: "container" })).toEqual(["databasePassword", "appSecret"]);
  expect(missingSecrets(["databasePassword"], { database: "managed" })).toEqual(["appSecret"]);
  expect(missingSecrets([], { database: "external" })).toEqual(["appSecret"]);
});

describe("A stack that has a key keeps it", () => {
  const key = "gcpkms://projects/acme/locations/europe-west1/keyRings/slipway/cryptoKeys/dev";

  test("also where nobody says which, or where it is", () => {
    expect(keptProvider({ stack: "dev", secrets: undefined }, key)).toBe(key);
    expect(keptProvider({ stack: "dev", secrets: key }, key)).toBe(key);
    expect(keptProvider({ stack: "dev", secrets: "passphrase" }, undefined)).toBeUndefined();
    expect(locationFor({ stack: "dev", location: undefined }, key)).toBe("europe-west1");
    expect(locationFor({ stack: "dev", location: "us-east1" }, undefined)).toBe("us-east1");
    expect(locationFor({ stack: "dev", location: undefined }, "passphrase")).toBe("europe-west3");
  });

  test("and another one is refused, with what to type", () => {
    expect(() => keptProvider({ stack: "dev", secrets: "passphrase" }, key)).toThrow(
      `Pulumi.dev.yaml is encrypted by ${key}, and --secrets is passphrase. Leave it out; to change it: ` +
        "npm run -s pulumi -- stack change-secrets-provider 'passphrase' -s dev",
    );
    expect(() => locationFor({ stack: "dev", location: "us-east1" }, key)).toThrow(
      "The KMS key of dev is in europe-west1, as Pulumi.dev.yaml says, and --location is us-east1.",
    );
  });
});
