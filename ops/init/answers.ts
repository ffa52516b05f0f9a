import { UserError } from "../user-error.ts";

/** Values of a stack's settings, by their key without `slipway:`. */
export type Values = Readonly<Record<string, string>>;

interface Question {
  readonly key: string;
  readonly text: string;
  /** What is taken without an answer; undefined has to be answered. */
  readonly usual: string | undefined;
  readonly choices?: readonly string[];
  /** Whether it matters, after the answers so far. */
  readonly when?: (values: Values) => boolean;
}

const onDocker = ({ target }: Values) => target !== "kubernetes";
const isMade = (values: Values) =>
  onDocker(values) && ["droplet", "gce"].includes(values["host"] ?? "");

const QUESTIONS: readonly Question[] = [
  {
    key: "target",
    text: "Where does the stack run",
    usual: "docker",
    choices: ["docker", "kubernetes"],
  },
  {
    key: "host",
    text: "Which Docker host",
    usual: "ssh",
    choices: ["local", "ssh", "droplet", "gce"],
    when: onDocker,
  },
  {
    key: "sshHost",
    text: "Name or address of the server",
    usual: undefined,
    when: (values) => onDocker(values) && values["host"] === "ssh",
  },
  {
    key: "sshSources",
    text: 'Networks that may log in to the machine, like ["203.0.113.0/24"]',
    usual: undefined,
    when: isMade,
  },
  {
    key: "cluster",
    text: "Which cluster",
    usual: "existing",
    choices: ["existing", "gke"],
    when: (values) => !onDocker(values),
  },
  {
    key: "kubeconfigPath",
    text: "Path of its kubeconfig",
    usual: undefined,
    when: (values) => !onDocker(values) && values["cluster"] !== "gke",
  },
  {
    key: "gcpProject",
    text: "Id of the Google Cloud project",
    usual: undefined,
    when: (values) => (onDocker(values) ? values["host"] === "gce" : values["cluster"] === "gke"),
  },
  {
    key: "domain",
    text: "Host name of the app, empty for none yet",
    usual: "",
    when: onDocker,
  },
  {
    key: "domain",
    text: "Host name of the app",
    usual: undefined,
    when: (values) => !onDocker(values),
  },
  {
    key: "image",
    text: "Image of the app in a registry, empty if a pipeline will set it",
    usual: "",
  },
  {
    key: "database",
    text: "Which database",
    usual: "container",
    choices: ["container", "managed", "external", "none"],
  },
];

/** Asks somebody; undefined where nobody is there to ask. */
export type Ask = ((question: string, usual: string | undefined) => Promise<string>) | undefined;

export interface Answers {
  /** What is to be written. */
  readonly values: Values;
  /** Keys that the stack's file has, and keeps. */
  readonly found: readonly string[];
}

/**
 * What the stack is to be: what its file has, then what was given, then what is asked.
 *
 * @throws UserError that lists what is missing or contradicts the file.
 */
export async function answersFor(there: Values, given: Values, ask: Ask): Promise<Answers> {
  const problems = Object.entries(given)
    .filter(([key, value]) => key in there && there[key] !== value)
    .map(
      ([key, value]) =>
        `${key} is ${there[key]} in the stack's file, and ${value} was given. A value in the file is never ` +
        "overwritten: change the file, or leave the option out.",
    );
  const all: Record<string, string> = { ...there, ...given };
  for (const question of QUESTIONS) {
    if (question.key in all || question.when?.(all) === false) continue;
    const answer = await answerTo(question, ask);
    if (answer === undefined) problems.push(`${question.text}? --set ${question.key}=...`);
    else if (answer !== "") all[question.key] = answer;
  }
  for (const { key, choices } of QUESTIONS) {
    const value = all[key];
    if (value === undefined || choices === undefined || choices.includes(value)) continue;
    problems.push(`${key} is ${value}; it must be one of ${choices.join(", ")}.`);
  }
  if (problems.length > 0) {
    throw new UserError(
      `Nothing was made:\n${[...new Set(problems)].map((one) => `  - ${one}`).join("\n")}`,
    );
  }
  const values = Object.entries(all).filter(([key]) => !(key in there));
  return { values: Object.fromEntries(values), found: Object.keys(there) };
}

async function answerTo({ text, usual, choices }: Question, ask: Ask) {
  if (ask === undefined) return usual;
  const alternatives = choices === undefined ? "" : ` (${choices.join(", ")})`;
  return (await ask(`${text}${alternatives}`, usual)) || usual;
}
