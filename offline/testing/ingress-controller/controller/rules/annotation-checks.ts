import { ANNOTATIONS, isForeign } from "./annotation-names.ts";
import { forbidden, invalid, required } from "./field-problems.ts";
import { pathProblem } from "./path-check.ts";
import { parseRewrites } from "./service-lists.ts";
import {
  parseBoolean,
  parseCount,
  parseInteger,
  parseLoadBalancing,
  parseOffset,
  parseTime,
} from "./values.ts";

interface Annotation {
  readonly path: string;
  readonly value: string;
  readonly others: Readonly<Record<string, string>>;
  /** The names of the services that the Ingress has as backends. */
  readonly services: ReadonlySet<string>;
  readonly snippetsEnabled: boolean;
}

type Check = (annotation: Annotation) => string[];

const boolean = parsed(parseBoolean, "must be a boolean");
const time = parsed(parseTime, "must be a time");
const count = parsed(parseCount, "must be a non-negative integer");

/** A limit of requests has few checks: a wrong rate is logged, and there is no limit. */
const CHECKS: Readonly<Record<string, Check>> = {
  [ANNOTATIONS.clientMaxBodySize]: filled(parsed(parseOffset, "must be an offset")),
  [ANNOTATIONS.failTimeout]: filled(time),
  [ANNOTATIONS.hsts]: filled(boolean),
  [ANNOTATIONS.hstsBehindProxy]: withHsts(boolean),
  [ANNOTATIONS.hstsIncludeSubdomains]: withHsts(boolean),
  [ANNOTATIONS.hstsMaxAge]: withHsts(parsed(parseInteger, "must be an integer")),
  [ANNOTATIONS.keepalive]: filled(parsed(parseInteger, "must be an integer")),
  [ANNOTATIONS.lbMethod]: filled(({ path, value }) =>
    parseLoadBalancing(value) === undefined
      ? [invalid(path, value, `invalid load balancing method: ${JSON.stringify(value.trim())}`)]
      : [],
  ),
  [ANNOTATIONS.limitReqKey]: filled(({ path, value }) =>
    /^(\$\{[a-zA-Z_]\w*\}|\$[a-zA-Z_]\w*)+$/.test(value)
      ? []
      : [invalid(path, value, "must consist of one or more NGINX variable references")],
  ),
  [ANNOTATIONS.locationSnippets]: snippets,
  [ANNOTATIONS.maxConns]: filled(count),
  [ANNOTATIONS.maxFails]: filled(count),
  [ANNOTATIONS.mergeableIngressType]: filled(
    oneOf(["master", "minion"], "must be one of: 'master' or 'minion'"),
  ),
  [ANNOTATIONS.oldSslRedirect]: filled(boolean),
  [ANNOTATIONS.pathRegex]: oneOf(
    ["case_sensitive", "case_insensitive", "exact"],
    "allowed values: 'case_sensitive', 'case_insensitive' or 'exact'",
  ),
  [ANNOTATIONS.proxyBuffering]: filled(boolean),
  [ANNOTATIONS.proxyConnectTimeout]: filled(time),
  [ANNOTATIONS.proxyNextUpstream]: filled(({ path, value }) =>
    /^[a-z_0-9]+( [a-z_0-9]+)*$/.test(value)
      ? []
      : [invalid(path, value, "must be conditions of proxy_next_upstream")],
  ),
  [ANNOTATIONS.proxyNextUpstreamTries]: filled(count),
  [ANNOTATIONS.proxyReadTimeout]: filled(time),
  [ANNOTATIONS.proxySendTimeout]: filled(time),
  [ANNOTATIONS.proxySetHeaders]: filled(setHeaders),
  [ANNOTATIONS.redirectToHttps]: filled(boolean),
  [ANNOTATIONS.rewrites]: filled(rewrites),
  [ANNOTATIONS.rewriteTarget]: filled(rewriteTarget),
  [ANNOTATIONS.serverSnippets]: snippets,
  [ANNOTATIONS.sslRedirect]: filled(boolean),
  [ANNOTATIONS.websocketServices]: filled(({ path, value, services }) => {
    const missing = value.split(",").filter((name) => !services.has(name));
    const detail =
      "must be a comma-separated list of services. The following services were not found";
    return missing.length === 0 ? [] : [invalid(path, value, `${detail}: ${missing.join(",")}`)];
  }),
};

export function annotationProblems(
  annotations: Readonly<Record<string, string>>,
  services: ReadonlySet<string>,
  snippetsEnabled: boolean,
): string[] {
  return Object.entries(annotations)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, value]) => {
      const path = `annotations.${name}`;
      if (isForeign(name)) return [forbidden(path, "this stand-in for the controller lacks it")];
      return CHECKS[name]?.({ path, value, others: annotations, services, snippetsEnabled }) ?? [];
    });
}

function filled(check: Check): Check {
  return (annotation) =>
    annotation.value === "" ? [required(annotation.path)] : check(annotation);
}

function parsed(parse: (text: string) => unknown, detail: string): Check {
  return ({ path, value }) => (parse(value) === undefined ? [invalid(path, value, detail)] : []);
}

function oneOf(values: readonly string[], detail: string): Check {
  return ({ path, value }) => (values.includes(value) ? [] : [invalid(path, value, detail)]);
}

function withHsts(check: Check): Check {
  return (annotation) => {
    const hsts = annotation.others[ANNOTATIONS.hsts];
    const related = `related annotation ${ANNOTATIONS.hsts}`;
    if (hsts === undefined) return [forbidden(annotation.path, `${related}: must be set`)];
    if (parseBoolean(hsts) === undefined) {
      return [forbidden(annotation.path, `${related}: must be a boolean`)];
    }
    return filled(check)(annotation);
  };
}

function snippets({ path, snippetsEnabled }: Annotation): string[] {
  return snippetsEnabled
    ? []
    : [forbidden(path, "snippet specified but snippets feature is not enabled")];
}

function setHeaders({ path, value }: Annotation): string[] {
  return value.split(",").flatMap((entry) => {
    const [, name = "", text = ""] = /^\s*([^:]*?)\s*(?::(.*))?$/s.exec(entry) ?? [];
    if (name === "") return [invalid(path, entry.trim(), "empty header name")];
    const problems: string[] = [];
    if (!/^[-A-Za-z0-9]+$/.test(name)) {
      problems.push(
        invalid(path, name, "a valid HTTP header must consist of alphanumeric characters or '-'"),
      );
    }
    if (/[\n\r]/.test(text.trim())) {
      problems.push(
        invalid(path, entry.trim(), "value must not contain newline or carriage-return characters"),
      );
    }
    if (text.includes("$")) {
      problems.push(invalid(path, entry.trim(), "invalid character in header value: $"));
    }
    if (!/^([^"\\]|\\.)*$/.test(text.trim())) {
      problems.push(invalid(path, entry.trim(), `must have all '"' (double quotes) escaped`));
    }
    return problems;
  });
}

function rewrites({ path, value, services }: Annotation): string[] {
  const read = parseRewrites(value);
  if (typeof read === "string") return [invalid(path, value, read)];
  const missing = [...read.keys()].filter((name) => !services.has(name));
  return missing.length === 0
    ? []
    : [invalid(path, value, `The following services were not found: ${missing.join(",")}`)];
}

function rewriteTarget({ path, value }: Annotation): string[] {
  const problem = pathProblem(path, value);
  return [
    ...(/^https?:\/\//.test(value)
      ? [invalid(path, value, "absolute URLs not allowed in rewrite target")]
      : []),
    ...(problem === undefined ? [] : [problem]),
    ...(/[;{}[\]|<>,^`~]/.test(value)
      ? [
          invalid(
            path,
            value,
            "NGINX configuration syntax characters not allowed in rewrite target",
          ),
        ]
      : []),
  ];
}
