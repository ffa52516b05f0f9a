import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { CertificateState } from "../../infra/certificate.ts";
import { renewal } from "../../infra/certificate-warning.ts";
import type { TlsAddress } from "../../infra/served-certificate.ts";
import { readConfig } from "../config.ts";
import { leftoversAmong } from "../leftovers.ts";
import { faultsAmong } from "../missing.ts";
import { printJson } from "../result.ts";
import { stackCertificate, tlsAddressOf } from "../stack-certificate.ts";
import { StackState } from "../state/stack-state.ts";
import { targetOf } from "../targets/index.ts";
import { openStack } from "../workspace.ts";
import { newCommand } from "./command.ts";
import { notRunning } from "./not-running.ts";
import { jsonOption, stackOption } from "./options.ts";
import { table } from "./table.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand(
  "status",
  "Show the live release of a stack, and its containers or pods. Ends with 1 if one is missing or does not run, if a static file is not served, or if clients refuse its certificate.",
)
  .addOption(stackOption())
  .addOption(jsonOption());

export const status = defineVerb(command, {
  group: "A running stack",
  async run({ stack: name, json = false }) {
    const stack = await openStack(name);
    const state = await StackState.of(stack);
    const target = await targetOf(stack, state);
    const [parts, things] = await Promise.all([target.parts(), target.things()]);
    if (parts.length === 0 && !json) {
      process.stdout.write(`The stack ${name} is not up.\n`);
      return 1;
    }
    const [outputs, releases, maintenance] = await Promise.all([
      stack.outputs(),
      target.releases(),
      target.isInMaintenance(),
    ]);
    const { url } = outputs;
    const address = tlsAddressOf(outputs);
    const certificate = address && (await stackCertificate(address));
    const live = releases.find(({ verified }) => verified);
    const missing = faultsAmong(name, state.resources, things);
    const leftovers = leftoversAmong(state.resources, things);
    const areWell = parts.every((part) => part.isRunning || leftovers.has(part.name));
    const runs = parts.length > 0 && areWell && missing.length === 0;
    // What does not run serves none.
    const missingFile = runs && live !== undefined ? await target.missingFile() : undefined;
    const isWell = runs && missingFile === undefined && certificate?.state !== "refused";
    if (json) {
      const all = {
        stack: name,
        url: url?.value ?? null,
        live: live ?? null,
        maintenance,
        certificate: certificate ?? null,
        missingFile: missingFile ?? null,
        runs,
        missing,
        parts: parts.map((part) => ({ ...part, isLeftover: leftovers.has(part.name) })),
      };
      printJson(all);
      return isWell ? 0 : 1;
    }
    const lines = [
      `${name}: ${live === undefined ? "no release" : `${live.version} (${live.image})`}`,
      `  at ${url?.value ?? "no address yet"}${maintenance ? ", in maintenance" : ""}`,
      ...(address === undefined ? [] : [`  ${await certificateLine(stack, address, certificate)}`]),
      ...(missingFile === undefined
        ? []
        : [`  ${missingFile.url} is not served, a static file of it: ${missingFile.answer}`]),
      ...(live === undefined ? [] : [`  since ${live.time}, by ${live.by}${takingBack(live)}`]),
    ];
    process.stdout.write(
      `${lines.join("\n")}\n\n${table(
        ["PART", "VERSION", "STATE", "NAME"],
        parts.map((part) => [part.role, part.version, part.state, part.name]),
      )}${notRunning(name, parts, leftovers)}${inWords(name, missing)}`,
    );
    return isWell ? 0 : 1;
  },
});

async function certificateLine(
  stack: Stack,
  { domain, address, port }: TlsAddress,
  certificate: CertificateState | undefined,
): Promise<string> {
  if (certificate === undefined) {
    return `${domain} does not answer over TLS from here, at ${address}, port ${port}`;
  }
  const { state, says } = certificate;
  if (state === "good") return `the certificate ${says}`;
  return `the certificate ${says}. ${renewal((await readConfig(stack, "tls")) ?? "", stack.name)}`;
}

function inWords(stack: string, missing: readonly string[]): string {
  if (missing.length === 0) return "";
  const lines = missing.map((what) => `The ${what}.\n`).join("");
  return `${lines}To bring it back: ./slipway up -s ${stack}\n`;
}

const takingBack = ({ rollbackOf }: { rollbackOf: string }) =>
  rollbackOf === "" ? "" : `, taking back ${rollbackOf}`;
