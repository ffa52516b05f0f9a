import { CommandError, type Stack } from "@pulumi/pulumi/automation/index.js";
import { plainTextOf, type StackState } from "../../state/stack-state.ts";

/** What the next run of the program would write; undefined where nobody says. */
export interface WantedKeys {
  readonly key: string | undefined;
  readonly knownHosts: string | undefined;
}

/** What the state has of a machine that the program made, else what the config says of a server that is there. */
export async function wantedKeys(stack: Stack, state: StackState): Promise<WantedKeys> {
  const { key, hostKey } = madeKeys(state) ?? (await configured(stack));
  return {
    key: key && `${key}\n`,
    knownHosts: hostKey && `slipway ${hostKey}\n`,
  };
}

interface Keys {
  readonly key: string | undefined;
  /** Public key of the server, `TYPE BASE64`. */
  readonly hostKey: string | undefined;
}

function madeKeys({ resources }: StackState): Keys | undefined {
  const outputsOf = (what: "login" | "host") =>
    resources.find(
      ({ type, urn }) => type === "tls:index/privateKey:PrivateKey" && urn.endsWith(`-${what}`),
    )?.outputs;
  const [login, host] = [outputsOf("login"), outputsOf("host")];
  if (login === undefined || host === undefined) return undefined;
  return {
    key: plainTextOf(login["privateKeyOpenssh"])?.trimEnd(),
    hostKey: plainTextOf(host["publicKeyOpenssh"])?.trim(),
  };
}

/** Nothing where it can't be read, as by whoever may not decrypt it. */
async function configured(stack: Stack): Promise<Keys> {
  try {
    const config = await stack.getAllConfig();
    const value = (name: string) => config[`slipway:${name}`]?.value || undefined;
    return { key: value("sshKey"), hostKey: value("sshHostKey") };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { key: undefined, hostKey: undefined };
  }
}
