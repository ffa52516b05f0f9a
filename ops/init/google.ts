import { cloudName } from "../../components/cloud-name.ts";
import { lastWords, type Outside } from "../outside.ts";
import { PROJECT } from "../project.ts";
import { UserError } from "../user-error.ts";

type Commands = readonly (readonly string[])[];

/** A thing at Google that a team needs once. */
export interface GoogleThing {
  readonly name: string;
  /** Arguments of gcloud that end well where it is there. */
  readonly check: readonly string[];
  /**
   * Whether it is as it has to be, by what that printed.
   *
   * @default - it is
   */
  readonly isRight?: (printed: string) => boolean;
  /** Arguments that make it, in this order. */
  readonly make: Commands;
  /**
   * Those that put right what is there and is not as it has to be.
   *
   * @throws UserError for what only a person can.
   * @default - those that make it
   */
  readonly mend?: (printed: string) => Commands;
}

/** One that is not there, or not as it has to be. */
export interface MissingThing {
  readonly name: string;
  readonly commands: Commands;
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

/** What a bucket with a state has to be. */
const BUCKET = {
  versioning_enabled: "true",
  uniform_bucket_level_access: "true",
  public_access_prevention: "enforced",
};

const KEY_RING = "slipway";
const POOL = "gitlab";

const SERVICES = ["cloudkms", "iam", "iamcredentials", "sts", "storage"].map(
  (name) => `${name}.googleapis.com`,
);

/** Of 30 characters at most, as Google wants it. */
const accountId = (stack: string) => cloudName({ project: "slipway", stack }, 30);

export const accountOf = ({ stack, project }: Pick<GoogleState, "stack" | "project">) =>
  `${accountId(stack)}@${project}.iam.gserviceaccount.com`;

/** Google's limit on who somebody is, which begins with GitLab's path of the project. */
const SUBJECT_BYTES = 127;

/** @throws UserError for names that Google does not take. */
export function checkNames({ bucket, gitlab }: Pick<GoogleState, "bucket" | "gitlab">): void {
  if (!/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new UserError(
      `Google takes no bucket "${bucket}": its name has 3 to 63 lower-case letters, digits, -, _ and ., and ` +
        "begins and ends with a letter or a digit.",
    );
  }
  const subject = `project_path:${gitlab?.path ?? ""}:ref_type:branch:ref:main`;
  if (Buffer.byteLength(subject) > SUBJECT_BYTES) {
    throw new UserError(
      `The path ${gitlab?.path} is too long for Google: "${subject}" is who a pipeline is there, and may have ` +
        `${SUBJECT_BYTES} bytes. Move the project with the stacks to a shorter path.`,
    );
  }
}

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
      isRight: (printed) => SERVICES.every((one) => printed.split(/\s+/).includes(one)),
      make: [["services", "enable", ...SERVICES, ...inProject]],
    },
    {
      name: `the bucket gs://${bucket}`,
      check: [
        ...["storage", "buckets", "describe", `gs://${bucket}`, ...inProject],
        `--format=default(${Object.keys(BUCKET).join(",")})`,
      ],
      isRight: (printed) =>
        Object.entries(BUCKET).every(([field, value]) =>
          new RegExp(`^${field}: ${value}$`, "im").test(printed),
        ),
      make: [
        [
          ...["storage", "buckets", "create", `gs://${bucket}`, ...inProject],
          ...["--location", location, "--uniform-bucket-level-access"],
          "--public-access-prevention",
        ],
        ["storage", "buckets", "update", `gs://${bucket}`, ...inProject, "--versioning"],
      ],
      mend: () => [
        [
          ...["storage", "buckets", "update", `gs://${bucket}`, ...inProject, "--versioning"],
          ...["--uniform-bucket-level-access", "--public-access-prevention"],
        ],
      ],
    },
    {
      name: `the key ring ${KEY_RING}`,
      check: ["kms", "keyrings", "describe", KEY_RING, ...ring],
      make: [["kms", "keyrings", "create", KEY_RING, ...ring]],
    },
    {
      name: `the KMS key ${stack}`,
      check: ["kms", "keys", "describe", stack, ...key, "--format=value(primary.state)"],
      isRight: (printed) => printed.trim() === "ENABLED",
      make: [["kms", "keys", "create", stack, ...key, "--purpose", "encryption"]],
      mend: (printed) => {
        const versions = typed(["kms", "keys", "versions", "list", "--key", stack, ...key]);
        throw new UserError(
          `The KMS key ${stack} is there, and its version is ${printed.trim() || "none"}: values that ` +
            `it encrypted can't be read. Restore or enable the version: \`${versions}\`.`,
        );
      },
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
  const pools = ["iam", "workload-identity-pools"];
  const providers = [...pools, "providers"];
  const inPool = ["--workload-identity-pool", POOL, ...pool];
  return [
    {
      name: `the account ${account}`,
      check: [...users, "describe", account, ...inProject, "--format=value(disabled)"],
      isRight: (printed) => !/true/i.test(printed),
      make: [
        [...users, "create", accountId(stack), ...inProject, "--display-name", `Slipway ${stack}`],
      ],
      mend: () => [[...users, "enable", account, ...inProject]],
    },
    {
      name: `the identity pool ${POOL}`,
      check: [...pools, "describe", POOL, ...pool, "--format=value(state,disabled)"],
      isRight: (printed) => /^ACTIVE(\s+False)?$/i.test(printed.trim()),
      make: [[...pools, "create", POOL, ...pool]],
      // One that was deleted keeps its name for thirty days.
      mend: (printed) => [
        printed.startsWith("DELETED")
          ? [...pools, "undelete", POOL, ...pool]
          : [...pools, "update", POOL, ...pool, "--no-disabled"],
      ],
    },
    {
      name: `its provider ${POOL}, for ${gitlab.url}`,
      check: [...providers, "describe", POOL, ...inPool, "--format=json"],
      isRight: (printed) => isProviderRight(JSON.parse(printed), gitlab),
      make: [
        [
          ...[...providers, "create-oidc", POOL, ...inPool, `--issuer-uri=${gitlab.url}`],
          ...[`--attribute-mapping=${MAPPING}`, `--attribute-condition=${isProject(gitlab.path)}`],
        ],
      ],
      mend: (printed) => {
        const provider: Provider = JSON.parse(printed);
        return [
          ...(provider.state === "DELETED" ? [[...providers, "undelete", POOL, ...inPool]] : []),
          [
            ...[...providers, "update-oidc", POOL, ...inPool, "--no-disabled"],
            `--attribute-mapping=${mappingFor(provider)}`,
            `--attribute-condition=${conditionFor(provider, gitlab)}`,
          ],
        ];
      },
    },
    {
      name: `the right of ${gitlab.path} to act as that account, on protected refs`,
      check: [...users, "get-iam-policy", account, ...inProject, "--format=json"],
      isRight: holds("roles/iam.workloadIdentityUser", pipelines),
      make: [
        [
          ...[...users, "add-iam-policy-binding", account, ...inProject],
          ...["--member", pipelines, "--role", "roles/iam.workloadIdentityUser"],
        ],
      ],
    },
    ...bucketRights(bucket, stack, member),
    {
      name: "its right to the key",
      check: ["kms", "keys", "get-iam-policy", stack, ...key, "--format=json"],
      isRight: holds("roles/cloudkms.cryptoKeyEncrypterDecrypter", member),
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
 * Reading all of the bucket, as the engine lists stacks, and another stack's secrets are encrypted by that one's
 * key; writing what is the stack's alone: who writes a state can make the deployment that reads it run anything.
 */
function bucketRights(bucket: string, stack: string, member: string): GoogleThing[] {
  const url = `gs://${bucket}`;
  const check = ["storage", "buckets", "get-iam-policy", url, "--format=json"];
  const give = (role: string, { title, expression }: Condition) => [
    ...["storage", "buckets", "add-iam-policy-binding", url, "--member", member, "--role", role],
    `--condition=title=${title},expression=${expression}`,
  ];
  const right = (name: string, role: string, condition: Condition): GoogleThing => ({
    name,
    check,
    isRight: holds(role, member, condition.expression),
    make: [give(role, condition)],
  });
  const all = { title: `slipway-${stack}-reads`, expression: readsIn(bucket) };
  const own = { title: `slipway-${stack}-writes`, expression: writesIn(bucket, stack) };
  return [
    right("its right to read the bucket", READER, all),
    right("its right to write its own state", WRITER, own),
    {
      name: "its right to its own state alone",
      check,
      isRight: (printed) => !holds(WRITER, member)(printed),
      // As it was given before it was for one stack.
      make: [
        [
          ...["storage", "buckets", "remove-iam-policy-binding", url, "--member", member],
          ...["--role", WRITER, "--condition=None"],
        ],
      ],
    },
  ];
}

const READER = "roles/storage.objectViewer";
const WRITER = "roles/storage.objectAdmin";

interface Condition {
  readonly title: string;
  readonly expression: string;
}

const startsWith = (prefix: string) => `resource.name.startsWith("${prefix}")`;
const inBucket = (bucket: string) => `projects/_/buckets/${bucket}`;

/** The bucket itself, whose objects are listed, and each of them. */
const readsIn = (bucket: string) => startsWith(inBucket(bucket));

/** Where the engine keeps what is a stack's: its state, with copies and tags beside it, and its folders. */
export function writesIn(bucket: string, stack: string): string {
  const below = `${inBucket(bucket)}/objects/.pulumi`;
  return [
    `${below}/stacks/${PROJECT}/${stack}.json`,
    `${below}/stacks/${PROJECT}/${stack}.pulumi-tags`,
    ...["history", "backups"].map((folder) => `${below}/${folder}/${PROJECT}/${stack}/`),
    `${below}/locks/organization/${PROJECT}/${stack}/`,
  ]
    .map(startsWith)
    .join(" || ");
}

/**
 * A right is given to one attribute, so that one says all: whose pipeline, whether its ref is protected,
 * and for which environment. Not every job has one.
 */
const MAPPINGS = [
  "google.subject=assertion.sub",
  "attribute.project_path=assertion.project_path",
  "attribute.ref_protected=assertion.ref_protected",
  'attribute.deploys=assertion.project_path + "::" + assertion.ref_protected + "::" + ' +
    '(has(assertion.environment) ? assertion.environment : "")',
];
const MAPPING = MAPPINGS.join(",");

interface Policy {
  readonly bindings?: readonly {
    readonly role: string;
    readonly members?: readonly string[];
    /** What it is tied to: then it does not hold always. */
    readonly condition?: { readonly expression?: string };
  }[];
}

/** Whether a policy gives this very role, so tied, to this very member: one that was deleted has another name. */
const holds = (role: string, member: string, expression?: string) => (printed: string) =>
  ((JSON.parse(printed || "{}") as Policy).bindings ?? []).some(
    (one) =>
      one.role === role &&
      (expression === undefined
        ? one.condition === undefined
        : one.condition?.expression === expression) &&
      one.members?.includes(member) === true,
  );

interface Provider {
  readonly state?: string;
  readonly disabled?: boolean;
  readonly attributeCondition?: string;
  readonly attributeMapping?: Readonly<Record<string, string>>;
  readonly oidc?: { readonly issuerUri?: string };
}

type GitLabProject = NonNullable<GoogleState["gitlab"]>;

const isProject = (path: string) => `assertion.project_path == "${path}"`;

function isProviderRight(provider: Provider, { path, url }: GitLabProject): boolean {
  const mapped = Object.entries(provider.attributeMapping ?? {}).map(([key, to]) => `${key}=${to}`);
  return (
    provider.state === "ACTIVE" &&
    provider.disabled !== true &&
    provider.oidc?.issuerUri === url &&
    (provider.attributeCondition ?? "").includes(isProject(path)) &&
    MAPPINGS.every((one) => mapped.includes(one))
  );
}

/** What others may have mapped beside stays. */
function mappingFor({ attributeMapping = {} }: Provider): string {
  const own = MAPPINGS.map((one) => one.slice(0, one.indexOf("=")));
  const others = Object.entries(attributeMapping).filter(([key]) => !own.includes(key));
  return [...MAPPINGS, ...others.map(([key, to]) => `${key}=${to}`)].join(",");
}

/** Another project of the same GitLab may use it already: it is let in too, and gets no right by that. */
function conditionFor(
  { attributeCondition: before = "", oidc }: Provider,
  { path, url }: GitLabProject,
): string {
  if (oidc?.issuerUri !== url) {
    throw new UserError(
      `The provider ${POOL} at Google is for ${oidc?.issuerUri ?? "another identity"}, not for ${url}, and others ` +
        "may deploy by it. Use another project of Google for this state.",
    );
  }
  if (before.includes(isProject(path))) return before;
  return before === "" ? isProject(path) : `${before} || ${isProject(path)}`;
}

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

/**
 * Those that are not there, or not as they have to be: a run may have ended half-way. What can't be asked for as
 * its service is off is not there either.
 *
 * @throws UserError for what only a person can put right.
 */
export async function missingOf(
  things: readonly GoogleThing[],
  run: Outside,
): Promise<MissingThing[]> {
  const missing: MissingThing[] = [];
  for (const { name, check, isRight = () => true, make, mend = () => make } of things) {
    const { code, stdout } = await run("gcloud", check);
    if (code !== 0) missing.push({ name, commands: make });
    else if (!isRight(stdout)) missing.push({ name, commands: mend(stdout) });
  }
  return missing;
}

/** Makes what is missing. @throws UserError with what gcloud said, at the first that fails. */
export async function makeThings(
  things: readonly MissingThing[],
  run: Outside,
  say: (line: string) => void,
): Promise<void> {
  for (const { name, commands } of things) {
    for (const args of commands) {
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
