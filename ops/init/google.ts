import { lastWords, type Outside } from "../outside.ts";
import { UserError } from "../user-error.ts";

/** A thing at Google that a team needs once. */
export interface GoogleThing {
  readonly name: string;
  /** Arguments of gcloud that end well, and print `has`, where it is there. */
  readonly check: readonly string[];
  readonly has?: string;
  /** Arguments that make it, in this order. */
  readonly make: readonly (readonly string[])[];
}

export interface GoogleState {
  readonly bucket: string;
  readonly project: string;
  /** As Google numbers the project: identities are named by it. */
  readonly projectNumber: string;
  readonly location: string;
  readonly stack: string;
  /** Project at GitLab whose pipelines deploy; undefined makes no identity. */
  readonly gitlab: { readonly url: string; readonly path: string } | undefined;
}

const KEY_RING = "slipway";
const POOL = "gitlab";

const SERVICES = ["cloudkms", "iam", "iamcredentials", "sts", "storage"].map(
  (name) => `${name}.googleapis.com`,
);

export const accountOf = ({ stack, project }: Pick<GoogleState, "stack" | "project">) =>
  `slipway-${stack}@${project}.iam.gserviceaccount.com`;

export const audienceOf = ({ projectNumber }: Pick<GoogleState, "projectNumber">) =>
  `//iam.googleapis.com/projects/${projectNumber}/locations/global/workloadIdentityPools/${POOL}/providers/${POOL}`;

export const secretsProviderOf = ({
  project,
  location,
  stack,
}: Pick<GoogleState, "project" | "location" | "stack">) =>
  `gcpkms://projects/${project}/locations/${location}/keyRings/${KEY_RING}/cryptoKeys/${stack}`;

/** All that the state of a stack at Google needs, in the order in which it is made. */
export function googleThings(state: GoogleState): GoogleThing[] {
  const { bucket, project, location, stack } = state;
  const inProject = ["--project", project];
  const ring = ["--location", location, ...inProject];
  const key = ["--keyring", KEY_RING, ...ring];
  return [
    {
      name: "the services that this takes",
      check: [
        "services",
        "list",
        "--enabled",
        ...inProject,
        "--format=value[separator=' '](config.name.list())",
      ],
      has: SERVICES.join(" "),
      make: [["services", "enable", ...SERVICES, ...inProject]],
    },
    {
      name: `the bucket gs://${bucket}`,
      check: ["storage", "buckets", "describe", `gs://${bucket}`, ...inProject],
      make: [
        [
          ...["storage", "buckets", "create", `gs://${bucket}`, ...inProject],
          ...["--location", location, "--uniform-bucket-level-access"],
          "--public-access-prevention",
        ],
        ["storage", "buckets", "update", `gs://${bucket}`, ...inProject, "--versioning"],
      ],
    },
    {
      name: `the key ring ${KEY_RING}`,
      check: ["kms", "keyrings", "describe", KEY_RING, ...ring],
      make: [["kms", "keyrings", "create", KEY_RING, ...ring]],
    },
    {
      name: `the KMS key ${stack}`,
      check: ["kms", "keys", "describe", stack, ...key],
      make: [["kms", "keys", "create", stack, ...key, "--purpose", "encryption"]],
    },
    ...(state.gitlab === undefined ? [] : identity(state, state.gitlab, key)),
  ];
}

/** What lets the pipelines of one project, on its protected refs, act as the stack's account. */
function identity(
  state: GoogleState,
  gitlab: NonNullable<GoogleState["gitlab"]>,
  key: readonly string[],
): GoogleThing[] {
  const { bucket, project, projectNumber, stack } = state;
  const inProject = ["--project", project];
  const pool = ["--location", "global", ...inProject];
  const account = accountOf(state);
  const member = `serviceAccount:${account}`;
  const pipelines =
    `principalSet://iam.googleapis.com/projects/${projectNumber}/locations/global/` +
    `workloadIdentityPools/${POOL}/attribute.deploys/${gitlab.path}::true::${stack}`;
  const users = ["iam", "service-accounts"];
  return [
    {
      name: `the account ${account}`,
      check: [...users, "describe", account, ...inProject],
      make: [
        [
          ...users,
          "create",
          `slipway-${stack}`,
          ...inProject,
          "--display-name",
          `Slipway ${stack}`,
        ],
      ],
    },
    {
      name: `the identity pool ${POOL}`,
      check: ["iam", "workload-identity-pools", "describe", POOL, ...pool],
      make: [["iam", "workload-identity-pools", "create", POOL, ...pool]],
    },
    {
      name: `its provider ${POOL}, for ${gitlab.url}`,
      check: [
        ...["iam", "workload-identity-pools", "providers", "describe", POOL],
        ...["--workload-identity-pool", POOL, ...pool],
      ],
      make: [
        [
          ...["iam", "workload-identity-pools", "providers", "create-oidc", POOL],
          ...["--workload-identity-pool", POOL, ...pool],
          `--issuer-uri=${gitlab.url}`,
          `--attribute-mapping=${MAPPING}`,
          `--attribute-condition=assertion.project_path == "${gitlab.path}"`,
        ],
      ],
    },
    {
      name: `the right of ${gitlab.path} to act as that account, on protected refs`,
      check: [...users, "get-iam-policy", account, ...inProject, "--format=json"],
      has: pipelines,
      make: [
        [
          ...[...users, "add-iam-policy-binding", account, ...inProject],
          ...["--member", pipelines, "--role", "roles/iam.workloadIdentityUser"],
        ],
      ],
    },
    {
      name: "its right to the bucket",
      check: ["storage", "buckets", "get-iam-policy", `gs://${bucket}`, "--format=json"],
      has: member,
      make: [
        [
          ...["storage", "buckets", "add-iam-policy-binding", `gs://${bucket}`],
          ...["--member", member, "--role", "roles/storage.objectAdmin"],
        ],
      ],
    },
    {
      name: "its right to the key",
      check: ["kms", "keys", "get-iam-policy", stack, ...key, "--format=json"],
      has: member,
      make: [
        [
          ...["kms", "keys", "add-iam-policy-binding", stack, ...key, "--member", member],
          ...["--role", "roles/cloudkms.cryptoKeyEncrypterDecrypter"],
        ],
      ],
    },
  ];
}

/**
 * A right is given to one attribute, so that one says all: whose pipeline, whether its ref is protected,
 * and for which environment. Not every job has one.
 */
const MAPPING = [
  "google.subject=assertion.sub",
  "attribute.project_path=assertion.project_path",
  "attribute.ref_protected=assertion.ref_protected",
  'attribute.deploys=assertion.project_path + "::" + assertion.ref_protected + "::" + ' +
    '(has(assertion.environment) ? assertion.environment : "")',
].join(",");

/** @throws UserError where gcloud can't say it. */
export async function projectNumberOf(project: string, run: Outside): Promise<string> {
  const result = await run("gcloud", [
    ...["projects", "describe", project, "--format=value(projectNumber)"],
  ]);
  const number = result.stdout.trim();
  if (result.code === 0 && /^\d+$/.test(number)) return number;
  throw new UserError(
    result.code === 127
      ? "There is no gcloud on this machine. Install it: https://cloud.google.com/sdk/docs/install"
      : `gcloud knows no project ${project}: ${lastWords(result)}. Type: gcloud auth login`,
  );
}

/** Those that are not there. What can't be asked for as its service is off is not there either. */
export async function missingOf(things: readonly GoogleThing[], run: Outside) {
  const missing: GoogleThing[] = [];
  for (const thing of things) {
    const { code, stdout } = await run("gcloud", thing.check);
    // Whole ones: the name of a service, or of an account that was deleted, may be a part of another.
    const said = new Set(stdout.split(/[\s",]+/));
    const words = thing.has?.split(" ") ?? [];
    if (code !== 0 || !words.every((word) => said.has(word))) missing.push(thing);
  }
  return missing;
}

/** Makes what is missing. @throws UserError with what gcloud said, at the first that fails. */
export async function makeThings(
  things: readonly GoogleThing[],
  run: Outside,
  say: (line: string) => void,
): Promise<void> {
  for (const { name, make } of things) {
    for (const args of make) {
      const result = await run("gcloud", args, 300);
      if (result.code === 0) continue;
      throw new UserError(
        `${name} could not be made: ${lastWords(result)}\nWhat was made stays; mend that and run the ` +
          "same command again, which goes on from there.",
        1,
      );
    }
    say(`✓ Made ${name}`);
  }
}

/** As a person would type it. */
export const typed = (args: readonly string[]) =>
  `gcloud ${args.map((one) => (/^[\w@%+=:,./-]+$/.test(one) ? one : `'${one.replaceAll("'", "'\\''")}'`)).join(" ")}`;
