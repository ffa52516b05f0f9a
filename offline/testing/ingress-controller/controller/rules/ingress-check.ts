import { annotationsOf, type Backend, type Ingress, type IngressSpec } from "../cluster/objects.ts";
import { annotationProblems } from "./annotation-checks.ts";
import { ANNOTATIONS } from "./annotation-names.ts";
import { duplicate, forbidden, required, tooMany } from "./field-problems.ts";
import { rulePathProblems } from "./path-check.ts";

/** What the controller has against an Ingress that the API server took. */
export function ingressProblems(ingress: Ingress, snippetsEnabled: boolean): string[] {
  const { spec } = ingress;
  return [
    ...annotationProblems(annotationsOf(ingress), servicesOf(spec), snippetsEnabled),
    ...specProblems(spec),
    ...(isMaster(ingress) ? masterProblems(spec) : []),
    ...(isMinion(ingress) ? minionProblems(spec) : []),
  ];
}

export function isMaster(ingress: Ingress): boolean {
  return annotationsOf(ingress)[ANNOTATIONS.mergeableIngressType] === "master";
}

export function isMinion(ingress: Ingress): boolean {
  return annotationsOf(ingress)[ANNOTATIONS.mergeableIngressType] === "minion";
}

export function backendsOf({ defaultBackend, rules = [] }: IngressSpec): Backend[] {
  return [
    ...(defaultBackend === undefined ? [] : [defaultBackend]),
    ...rules.flatMap(({ http }) => http?.paths ?? []).map(({ backend }) => backend),
  ];
}

function servicesOf(spec: IngressSpec): Set<string> {
  return new Set(backendsOf(spec).flatMap(({ service }) => service?.name ?? []));
}

function specProblems({ defaultBackend, rules = [] }: IngressSpec): string[] {
  const problems =
    defaultBackend === undefined ? [] : backendProblems("spec.defaultBackend", defaultBackend);
  if (rules.length === 0) return [...problems, required("spec.rules")];
  const hosts = new Set<string>();
  for (const [index, { host = "", http }] of rules.entries()) {
    const field = `spec.rules[${index}]`;
    if (host === "") problems.push(required(`${field}.host`));
    else if (hosts.has(host)) problems.push(duplicate(`${field}.host`, host));
    hosts.add(host);
    for (const [position, path] of (http?.paths ?? []).entries()) {
      const pathField = `${field}.http.paths[${position}]`;
      problems.push(
        ...rulePathProblems(`${pathField}.path`, path),
        ...backendProblems(`${pathField}.backend`, path.backend),
      );
    }
  }
  return problems;
}

function backendProblems(field: string, { resource, service }: Backend): string[] {
  if (resource !== undefined) {
    return [forbidden(`${field}.resource`, "resource backends are not supported")];
  }
  return service === undefined
    ? [required(`${field}.service`, "service backend must be specified")]
    : [];
}

function masterProblems({ rules = [] }: IngressSpec): string[] {
  if (rules.length !== 1) return [tooMany("spec.rules", rules.length, 1)];
  const paths = rules[0]?.http?.paths.length ?? 0;
  return paths > 0 ? [tooMany("spec.rules[0].http.paths", paths, 0)] : [];
}

function minionProblems({ rules = [], tls = [] }: IngressSpec): string[] {
  const problems = tls.length > 0 ? [tooMany("spec.tls", tls.length, 0)] : [];
  if (rules.length !== 1) return [...problems, tooMany("spec.rules", rules.length, 1)];
  return (rules[0]?.http?.paths.length ?? 0) === 0
    ? [...problems, required("spec.rules[0].http.paths", "must include at least one path")]
    : problems;
}
