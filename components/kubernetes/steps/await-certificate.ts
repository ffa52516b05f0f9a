/**
 * Waits for the certificate of a host name, with its arguments as JSON on standard input. Fails, with what
 * cert-manager and the authority say, where there is none in time.
 */
import { X509Certificate } from "node:crypto";
import { CoreV1Api, CustomObjectsApi } from "@kubernetes/client-node";
import { connect, isConflict, isNotFound } from "./connection.ts";
import { AWAIT_CERTIFICATE } from "./definitions.ts";
import { receive } from "./receive.ts";
import { until } from "./until.ts";

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
  readonly lastTransitionTime?: string;
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
/** Whom cert-manager lets sign what is there until the authority has. */
const TEMPORARY = "CN=cert-manager.local";
const OURS = { group: "cert-manager.io", version: "v1" } as const;
const OF_ACME = { group: "acme.cert-manager.io", version: "v1" } as const;

const call = await receive(AWAIT_CERTIFICATE);
const { namespace, name, domain } = call;
const config = connect(call.kubeconfig);
const api = config.makeApiClient(CustomObjectsApi);
const core = config.makeApiClient(CoreV1Api);

const trouble = await awaited();
if (trouble !== undefined) {
  process.stderr.write(
    `There is no certificate for ${domain}. ${trouble}\n` +
      `The name has to lead to ${call.address}, from where the authority asks. Mend that, and run \`up\` again.\n`,
  );
  process.exitCode = 1;
}

/** @returns what is wrong, or undefined once it is there. */
async function awaited(): Promise<string | undefined> {
  const failedBefore = (await read("certificates", name))?.status?.lastFailureTime;
  let asked = false;
  let isThere = false;
  const certificate = await until(
    async () => {
      const seen = await read("certificates", name);
      isThere = seen !== undefined && isReady(seen) && (await isOfAuthority());
      const isOver = isThere || hasFailed(seen, failedBefore);
      if (seen !== undefined && !isOver && !asked && isIdle(seen)) asked = await ask(seen);
      return seen;
    },
    (seen) => isThere || hasFailed(seen, failedBefore),
    { seconds: call.seconds, milliseconds: POLL_MILLISECONDS },
  );
  return isThere ? undefined : await reasons(certificate);
}

function hasFailed(seen: Made | undefined, before: string | undefined): boolean {
  const last = seen?.status?.lastFailureTime;
  return last !== undefined && last !== before;
}

/**
 * Whether cert-manager leaves it at that: it waits for an hour or more after a failure, and takes the temporary
 * certificate of an earlier try for a good one.
 */
function isIdle({ status }: Made): boolean {
  const conditions = status?.conditions ?? [];
  return (
    conditions.some(({ type }) => type === "Ready") &&
    !conditions.some(({ type, status: is }) => type === "Issuing" && is === "True")
  );
}

/** Has it ask the authority now, as `cmctl renew` does; @returns whether it was told. */
async function ask(certificate: Made): Promise<boolean> {
  const others = (certificate.status?.conditions ?? []).filter(({ type }) => type !== "Issuing");
  const issuing: Condition = {
    type: "Issuing",
    status: "True",
    reason: "ManuallyTriggered",
    message: "Certificate re-issuance manually triggered",
    lastTransitionTime: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    observedGeneration: certificate.metadata.generation ?? 0,
  };
  const status = { ...certificate.status, conditions: [...others, issuing] };
  const body = { ...certificate, status };
  try {
    await api.replaceNamespacedCustomObjectStatus({
      ...{ ...OURS, namespace, plural: "certificates", name, body },
    });
    return true;
  } catch (error) {
    // It has just been changed by others.
    if (isConflict(error) || isNotFound(error)) return false;
    throw error;
  }
}

/** A temporary one is as ready to cert-manager. */
async function isOfAuthority(): Promise<boolean> {
  try {
    const { data } = await core.readNamespacedSecret({ namespace, name });
    const certificate = Buffer.from(data?.["tls.crt"] ?? "", "base64");
    if (certificate.length === 0) return false;
    return !new X509Certificate(certificate).issuer.includes(TEMPORARY);
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
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
