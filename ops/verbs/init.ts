import { answersFor, type Values } from "../init/answers.ts";
import { gitlabVariables, HEAD, rowOf } from "../init/gitlab-table.ts";
import {
  accountOf,
  audienceOf,
  checkNames,
  type GoogleState,
  googleThings,
  makeThings,
  missingOf,
  projectNumberOf,
  secretsProviderOf,
  typed,
} from "../init/google.ts";
import {
  isEncrypted,
  makeSecrets,
  missingSecrets,
  openOrMake,
  readValues,
  secretsProviderIn,
  settingKeys,
  writeValues,
} from "../init/make-stack.ts";
import { checkPlace, ensureFolder, ensurePassphrase, type StatePlace } from "../init/state.ts";
import { type Terminal, terminalOf } from "../init/terminal.ts";
import { outside } from "../outside.ts";
import { say } from "../progress.ts";
import { LOCAL_STACK } from "../project.ts";
import { UserError } from "../user-error.ts";
import { newCommand } from "./command.ts";
import { each, namedStack, text, YES } from "./options.ts";
import { table } from "./table.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand(
  "init",
  "Create a team's stack: its file, its secrets, its state backend. See docs/first-day.md.",
)
  .addOption(namedStack("Name of the stack."))
  .option("--backend <url>", "State backend: gs://, s3:// or file://.", text("--backend"))
  .option(
    "--secrets <provider>",
    "Encryption of the secrets: passphrase, or gcpkms://...",
    text("--secrets"),
  )
  .option("--set <KEY=VALUE>", "A setting of the stack; for each one again.", each("--set"))
  .option(
    "--gitlab <url>",
    "Project whose pipelines deploy it, as https://gitlab.com/GROUP/PROJECT.",
    text("--gitlab"),
  )
  .option("--location <region>", "Region of bucket and key at Google.", text("--location"))
  .option("-y, --yes", `${YES}: create the listed resources.`);

export const init = defineVerb(command, {
  group: "First day",
  check: ({ stack, set = [] }) => {
    checkName(stack);
    set.map(pairOf);
  },
  async run(given) {
    const options = read(given);
    const { stack: name, set } = options;
    const terminal = terminalOf(options.yes);
    const there = readValues(name);
    const { values, found } = await answersFor(there.values, set, terminal.ask);
    const all = { ...there.values, ...values };
    if (found.length > 0) say(`✓ Pulumi.${name}.yaml exists, and keeps: ${found.join(", ")}`);

    const url =
      options.backend ?? (await terminal.ask?.("State backend (gs://, s3://, file://)", undefined));
    if (url === undefined || url === "") {
      throw new UserError(`Which state backend? Add --backend gs://BUCKET, say.`);
    }
    const kept = keptProvider(options, secretsProviderIn(name));
    const google = await googleStateOf(
      { ...options, location: locationFor(options, kept) },
      url,
      all,
    );
    const place: StatePlace = {
      url,
      secretsProvider:
        kept ??
        options.secrets ??
        (google === undefined ? "passphrase" : secretsProviderOf(google)),
    };
    checkPlace(place);
    if (google !== undefined) await ensureGoogle(google, terminal);
    ensureFolder(url);
    const passphrase =
      place.secretsProvider === "passphrase"
        ? ensurePassphrase(name, isEncrypted(name))
        : undefined;
    if (passphrase !== undefined) {
      say(
        passphrase.made
          ? `✓ Made a passphrase in ${passphrase.file}. Without it the secrets are lost: keep a copy.`
          : `✓ The passphrase is in ${passphrase.file}`,
      );
    }

    const secrets = missingSecrets([...there.secrets, ...Object.keys(there.values)], all);
    const stack = await openOrMake(name, place, passphrase?.file);
    await writeValues(stack, values);
    const made = [...Object.keys(values), ...(await makeSecrets(stack, secrets))];
    say(
      made.length === 0
        ? `✓ Nothing to make: the stack ${name} is at ${url}`
        : `✓ Made in Pulumi.${name}.yaml: ${made.join(", ")}`,
    );

    const googleAccount = google?.gitlab === undefined ? undefined : accountOf(google);
    const variables = gitlabVariables({
      ...{ stack: name, values: all, place, googleAccount },
      passphraseFile: passphrase?.file,
    });
    process.stdout.write(
      `\nAt GitLab, Settings > CI/CD > Variables:\n\n${table(HEAD, variables.map(rowOf))}` +
        (google?.gitlab === undefined
          ? ""
          : `\nIn .gitlab-ci.yml, the input google_audience: ${audienceOf(google)}\n`) +
        `\nCommit Pulumi.${name}.yaml, and then type:\n\n${nextLines(name, url, passphrase?.file)}`,
    );
    return 0;
  },
});

/**
 * What encrypts a stack that has a file: another one could not read what is in it.
 *
 * @throws UserError where another one is asked for.
 */
export function keptProvider(
  { stack, secrets }: Pick<Options, "stack" | "secrets">,
  kept: string | undefined,
): string | undefined {
  if (kept === undefined || secrets === undefined || secrets === kept) return kept;
  throw new UserError(
    `Pulumi.${stack}.yaml is encrypted by ${kept}, and --secrets is ${secrets}. Leave it out; to change it: ` +
      `npm run -s pulumi -- stack change-secrets-provider '${secrets}' -s ${stack}`,
  );
}

/**
 * Where the key is that a stack has, or is to be.
 *
 * @throws UserError where another place is asked for.
 */
export function locationFor(
  { stack, location }: Pick<Options, "stack" | "location">,
  kept: string | undefined,
): string {
  const there = /^gcpkms:\/\/projects\/[^/]+\/locations\/([^/]+)\//.exec(kept ?? "")?.[1];
  if (there !== undefined && location !== undefined && location !== there) {
    throw new UserError(
      `The KMS key of ${stack} is in ${there}, as Pulumi.${stack}.yaml says, and --location is ${location}. A key ` +
        "can't be moved: leave --location out.",
    );
  }
  return there ?? location ?? "europe-west3";
}

function nextLines(stack: string, url: string, passphrase: string | undefined): string {
  return [
    `export PULUMI_BACKEND_URL='${url}'`,
    ...(passphrase === undefined ? [] : [`export PULUMI_CONFIG_PASSPHRASE_FILE='${passphrase}'`]),
    `./slipway doctor -s ${stack}`,
    `./slipway up -s ${stack}`,
  ]
    .map((line) => `  ${line}\n`)
    .join("");
}

interface Options {
  readonly stack: string;
  readonly set: Values;
  readonly backend: string | undefined;
  readonly secrets: string | undefined;
  readonly gitlab: string | undefined;
  readonly location: string | undefined;
  readonly yes: boolean;
}

function checkName(stack: string): void {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(stack) || stack === LOCAL_STACK) {
    throw new UserError(
      `A stack can't be named "${stack}": a letter, then letters, digits and -, at most 31; and ` +
        `${LOCAL_STACK} is made by \`npm start\`.`,
    );
  }
}

const read = ({ set = [], ...given }: ReturnType<typeof command.opts>): Options => ({
  ...{ stack: given.stack, backend: given.backend, secrets: given.secrets },
  ...{ gitlab: given.gitlab, location: given.location },
  yes: given.yes === true,
  set: Object.fromEntries(set.map(pairOf)),
});

/** Secrets are made or asked for by other means: a list of processes shows arguments. */
function pairOf(text: string): readonly [string, string] {
  const [, key = "", value = ""] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (key === "") throw new UserError(`--set ${text} is no KEY=VALUE.`);
  const { all, secret } = settingKeys();
  if (secret.includes(key)) {
    throw new UserError(
      `${key} is a secret, and does not belong in an argument. Type afterwards: ` +
        `npm run -s pulumi -- config set --secret ${key} -s STACK <FILE`,
    );
  }
  if (!all.includes(key)) {
    throw new UserError(`${key} is not a setting; Pulumi.yaml lists all settings.`);
  }
  return [key, value];
}

/** What is needed at Google, where the state is to be there. */
async function googleStateOf(
  { stack, gitlab, location }: Pick<Options, "stack" | "gitlab"> & { readonly location: string },
  url: string,
  { gcpProject }: Values,
): Promise<GoogleState | undefined> {
  const bucket = /^gs:\/\/([^/?]+)/.exec(url)?.[1];
  if (bucket === undefined) return undefined;
  if (gcpProject === undefined) {
    throw new UserError(
      `The bucket and its key need a project at Google. Add --set gcpProject=PROJECT`,
    );
  }
  const parts = /^(https:\/\/[^/]+)\/(.+?)(\.git)?\/?$/.exec(gitlab ?? "");
  if (gitlab !== undefined && parts === null) {
    throw new UserError(`--gitlab is ${gitlab}; it must be like https://gitlab.com/group/app.`);
  }
  const project = parts === null ? undefined : { url: parts[1] ?? "", path: parts[2] ?? "" };
  checkNames({ bucket, gitlab: project });
  const projectNumber = await projectNumberOf(gcpProject, outside);
  return { bucket, project: gcpProject, projectNumber, location, stack, gitlab: project };
}

async function ensureGoogle(google: GoogleState, terminal: Terminal): Promise<void> {
  const things = googleThings(google);
  const missing = await missingOf(things, outside);
  const names = missing.map(({ name }) => name);
  for (const { name } of things.filter((one) => !names.includes(one.name))) say(`✓ Found ${name}`);
  if (missing.length === 0) return;
  say("These commands create or correct the resources at Google:");
  for (const args of missing.flatMap(({ commands }) => commands)) say(`  ${typed(args)}`);
  if (!(await terminal.confirm("Run them?"))) {
    throw new UserError(
      "Nothing was created. Confirm with --yes, or run the commands above yourself.",
    );
  }
  await makeThings(missing, outside, say);
}
