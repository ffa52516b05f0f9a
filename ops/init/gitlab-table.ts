import type { Values } from "./answers.ts";
import type { StatePlace } from "./state.ts";

/** A variable to be set at GitLab. */
interface Variable {
  readonly name: string;
  readonly kind: "variable" | "file";
  readonly scope: string;
  readonly isProtected: boolean;
  readonly isMasked: boolean;
  /** The value, or where it is found: never a secret itself. */
  readonly value: string;
}

export interface TableContext {
  readonly stack: string;
  readonly values: Values;
  readonly place: StatePlace;
  readonly passphraseFile: string | undefined;
  readonly googleAccount: string | undefined;
}

/** What GitLab has to know so that a pipeline can deploy the stack: docs/gitlab.md. */
export function gitlabVariables({
  stack,
  values,
  place,
  passphraseFile,
  googleAccount,
}: TableContext): Variable[] {
  const secret = (name: string, value: string): Variable => ({
    ...{ name, value, kind: "variable", scope: stack, isProtected: true, isMasked: true },
  });
  const open = (name: string, value: string, scope = "*"): Variable => ({
    ...{ name, value, scope, kind: "variable", isProtected: false, isMasked: false },
  });
  return [
    open("PULUMI_BACKEND_URL", place.url),
    ...(place.url.startsWith("https://")
      ? [secret("PULUMI_ACCESS_TOKEN", "Pulumi Cloud: Personal access tokens, or the team's own")]
      : []),
    ...(passphraseFile === undefined
      ? []
      : [
          {
            name: "PULUMI_CONFIG_PASSPHRASE_FILE",
            kind: "file",
            scope: stack,
            isProtected: true,
            isMasked: false,
            value: `content of ${passphraseFile}`,
          } as const,
        ]),
    ...(place.url.startsWith("s3://")
      ? [
          secret("AWS_ACCESS_KEY_ID", "Spaces: API > Spaces Keys"),
          secret("AWS_SECRET_ACCESS_KEY", "shown once with that key"),
        ]
      : []),
    ...(values["host"] === "droplet"
      ? [secret("DIGITALOCEAN_TOKEN", "DigitalOcean: API > Tokens, read and write")]
      : []),
    ...(googleAccount === undefined ? [] : [open("SLIPWAY_GOOGLE_ACCOUNT", googleAccount, stack)]),
    // Two, for jobs that need one, and none for those that test and pack: what a branch can use, may write notes.
    secret("GITLAB_TOKEN", "project access token (read_api, Reporter), for branches and jobs"),
    {
      ...{ name: "GITLAB_TOKEN", kind: "variable", isProtected: false, isMasked: true },
      scope: `preview/${stack}`,
      value: "another project access token (api, Reporter), for the note on a merge request",
    },
  ];
}

export const HEAD = ["NAME", "TYPE", "SCOPE", "PROTECTED", "MASKED", "VALUE"] as const;

export const rowOf = ({ name, kind, scope, isProtected, isMasked, value }: Variable) => [
  ...[
    name,
    kind,
    scope,
    isProtected ? "yes" : "no",
    kind === "file" ? "-" : isMasked ? "yes" : "no",
  ],
  value,
];
