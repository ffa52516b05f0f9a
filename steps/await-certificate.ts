/**
 * Waits for the certificate of a host name, with its arguments as JSON on standard input. Fails, with what
 * cert-manager and the authority say, where there is none in time.
 */
import { text } from "node:stream/consumers";
import { CustomObjectsApi } from "@kubernetes/client-node";
import { connect, isNotFound } from "./connection.ts";
import { until } from "./until.ts";

interface Call {
  /** Path of the file. */
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly issuer: string;
  /** Name of the Certificate, and of the Secret that it is kept in. */
  readonly name: string;
  readonly domain: string;
  /** Where the name has to lead to. */
  readonly address: string;
  readonly seconds: number;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

/** As far as it is read of what cert-manager makes. */
interface Made {
  readonly metadata: { readonly name: string; readonly generation?: number };
  readonly spec: { readonly dnsNames?: readonly string[]; readonly dnsName?: string };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly lastFailureTime?: string;
    readonly reason?: string;
    readonly state?: string;
  };
}

const POLL_MILLISECONDS = 500;
const OURS = { group: "cert-manager.io", version: "v1" } as const;
const OF_ACME = { group: "acme.cert-manager.io", version: "v1" } as const;

const call: Call = JSON.parse(await text(process.stdin));
const { namespace, name, domain } = call;
const api = connect(call.kubeconfig).makeApiClient(CustomObjectsApi);

await forgetFailure();
const trouble = await awaited();
if (trouble !== undefined) {
  process.stderr.write(
    `There is no certificate for ${domain}. ${trouble}\n` +
      `The name has to lead to ${call.address}, from where the authority asks. Mend that, and run \`up\` again.\n`,
  );
  process.exitCode = 1;
}

/** After a failure, cert-manager waits an hour or more; of a Certificate that is new it knows no failure. */
async function forgetFailure(): Promise<void> {
  const certificate = await read("certificates", name);
  if (certificate?.status?.lastFailureTime === undefined || isReady(certificate)) return;
  await api.deleteNamespacedCustomObject({ ...OURS, namespace, plural: "certificates", name });
}

/** @returns what is wrong, or undefined once it is there. */
async function awaited(): Promise<string | undefined> {
  const isThere = (seen: Made | undefined) => seen !== undefined && isReady(seen);
  const certificate = await until(
    () => read("certificates", name),
    (seen) => isThere(seen) || seen?.status?.lastFailureTime !== undefined,
    { seconds: call.seconds, milliseconds: POLL_MILLISECONDS },
  );
  return isThere(certificate) ? undefined : await reasons(certificate);
}

/** For this name: what it is for may just have changed. */
function isReady({ metadata, spec, status }: Made): boolean {
  return (
    spec.dnsNames?.includes(domain) === true &&
    (status?.conditions ?? []).some(
      (one) =>
        one.type === "Ready" &&
        one.status === "True" &&
        (one.observedGeneration ?? 0) >= (metadata.generation ?? 0),
    )
  );
}

async function reasons(certificate: Made | undefined): Promise<string> {
  const issuer = await read("issuers", call.issuer);
  const challenges = await list("challenges");
  const orders = await list("orders");
  const said = [
    ...(issuer?.status?.conditions ?? []).filter(({ status }) => status !== "True"),
    ...challenges.filter(({ spec }) => spec.dnsName === domain).map(ofAcme),
    ...orders.filter(({ spec }) => spec.dnsNames?.includes(domain)).map(ofAcme),
    ...(certificate?.status?.conditions ?? []).filter(
      ({ type, status }) => (type === "Ready") === (status !== "True"),
    ),
  ]
    .map(({ message }) => message?.trim() ?? "")
    .filter((message) => message !== "");
  if (said.length > 0) return [...new Set(said)].join("\n  ");
  return certificate === undefined
    ? "cert-manager has not begun to get one: does it run?"
    : `cert-manager has not got one within ${call.seconds} seconds (slipway:readySeconds).`;
}

function ofAcme({ status }: Made) {
  return { message: status?.reason ?? "" };
}

async function read(plural: string, which: string): Promise<Made | undefined> {
  try {
    return await api.getNamespacedCustomObject({ ...OURS, namespace, plural, name: which });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function list(plural: string): Promise<readonly Made[]> {
  const { items } = await api.listNamespacedCustomObject({ ...OF_ACME, namespace, plural });
  return items;
}
