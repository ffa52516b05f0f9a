import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ServerConfArgs, serverConf } from "../../../../components/nginx/conf.ts";
import { messageOf, read } from "../../infra/config.ts";

const ARGS: Omit<ServerConfArgs, "pathPrefix" | "staticPrefix"> = {
  place: {
    httpPort: 80,
    resolver: "127.0.0.11",
    connectSeconds: 2,
    maintenanceFolder: "/etc/nginx/conf.d/maintenance",
    inFront: "clients",
    sitesFolder: undefined,
  },
  domain: undefined,
  tls: "off",
  httpsPort: 443,
  staticFallback: undefined,
  bodyMiB: 10,
  readSeconds: 60,
  rateLimits: {},
  trustedProxies: [],
};

/** The pattern of a table's only other line, as Nginx reads it: `"~PATTERN" $NAME;`. */
function patternIn(conf: string, table: string): RegExp {
  const [, pattern] = new RegExp(`\\${table} \\{[^}]*?"~(\\^[^"]*)" +\\$`).exec(conf) ?? [];
  if (pattern === undefined) throw new Error(`no table ${table}`);
  return new RegExp(pattern);
}

/** What is below a prefix of what Nginx is asked, in the words of its configuration. */
const belowPath = (pathPrefix: string, asked: string) =>
  patternIn(serverConf({ ...ARGS, pathPrefix, staticPrefix: "/" }), "$app_request_uri").exec(asked)
    ?.groups?.["app_path"];
const belowStatic = (staticPrefix: string, asked: string) =>
  patternIn(serverConf({ ...ARGS, pathPrefix: "/", staticPrefix }), "$static_uri").exec(asked)
    ?.groups?.["below"];

const isAccepted = (key: string, prefix: string) => messageOf(() => read({ [key]: prefix })) === "";

const segment = fc.stringMatching(/^[\w.~-]{1,8}$/);
const prefixes = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((segments) => `/${segments.join("/")}/`);
const rest = fc.stringMatching(/^[\w.~%/?&=+-]{0,12}$/);

describe.each([
  ["pathPrefix", belowPath],
  ["staticPrefix", belowStatic],
] as const)("any %s that is accepted", (key, below) => {
  const accepted = prefixes.filter((prefix) => isAccepted(key, prefix));

  test("is taken off what begins with it, and nothing else is changed", () => {
    fc.assert(
      fc.property(accepted, rest, (prefix, path) => {
        expect(below(prefix, `${prefix}${path}`)).toBe(`/${path}`);
      }),
    );
  });

  test("lets nothing else through: what differs in one character is another path", () => {
    fc.assert(
      fc.property(accepted, rest, fc.nat(), fc.constantFrom("a", "0", "!"), (...all) => {
        const [prefix, path, at, other] = all;
        const index = at % prefix.length;
        fc.pre(prefix[index] !== other);
        const asked = `${prefix.slice(0, index)}${other}${prefix.slice(index + 1)}${path}`;
        fc.pre(!asked.startsWith(prefix));
        expect(below(prefix, asked)).toBeUndefined();
      }),
    );
  });

  test("is one that a client can ask for: browsers and Nginx take . and .. out of a path", () => {
    fc.assert(
      fc.property(accepted, (prefix) => {
        expect(new URL(prefix, "http://it").pathname).toBe(prefix);
      }),
    );
    expect(isAccepted(key, "/a/../b/")).toBe(false);
    expect(isAccepted(key, "/./")).toBe(false);
    expect(isAccepted(key, "/...a/.b/")).toBe(true);
  });
});
