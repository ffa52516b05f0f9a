import { CERTIFICATE, IPV4, NETWORK, URL_PATH } from "../patterns.ts";
import { byHost } from "./chosen-defaults.ts";
import type { Facts } from "./condition.ts";
import { is, isSet, type Table } from "./setting.ts";
import {
  choice,
  entries,
  flag,
  hostName,
  integer,
  list,
  optional,
  optionalInteger,
  secretFile,
  text,
} from "./value-types.ts";

const STATIC_FILE = /^(?!\.)[\w-][\w./-]*\.html?$/;
const STACK_NAME = /^[A-Za-z0-9_.-]{1,100}$/;
const CERTIFICATES = "certificates, as PEM";
const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

const isHttps = (value: string) => /^https:\/\/[\w.:/-]+$/.test(value);
/** Clients and Nginx take `.` and `..` out of a path: nobody could ask for what is below such a one. */
const isPrefix = (value: string) => /^\/((?!\.{1,2}\/)[\w.~-]+\/)*$/.test(value);
const PREFIX = text(isPrefix, "a path that begins and ends with /");

const PROVIDED = [is("tls", "provided")];

/** The address of the app, TLS, and limits of requests. */
export const ingress = {
  httpPort: {
    type: optionalInteger(1, 65_535),
    usual: byHost(8080, 80),
    description: "Port that Nginx publishes.",
    example: "8081",
    review: "share",
  },
  bindAddress: {
    type: optional(IPV4, "an IPv4 address"),
    usual: {
      ...byHost("127.0.0.1", "0.0.0.0"),
      words: "127.0.0.1 on `local`, and 0.0.0.0, every address, elsewhere",
    },
    description: "IPv4 address that Nginx publishes on.",
    example: "0.0.0.0",
    review: "share",
  },
  httpsPort: {
    type: optionalInteger(1, 65_535),
    usual: byHost(8443, 443),
    description: "Port that Nginx publishes with TLS.",
    example: "8444",
    review: "share",
  },
  domain: {
    type: hostName("a host name"),
    description:
      "Host name of the app. Requests for other names are not answered. Empty answers all names, without TLS.",
    example: "shop.example.org",
    input: "HOST",
    required: [
      {
        ...is("target", "kubernetes"),
        why: 'target is "kubernetes", where a host name tells whose a request is',
      },
      is("tls", "acme", "provided"),
      isSet("dnsZone"),
      isSet("ingressOf"),
    ],
    review: "own",
    init: { text: "Host name of the app", usual: "", orEmpty: ", empty for none yet" },
  },
  ingressShared: {
    type: flag,
    default: "false",
    description:
      "Whether this stack's public Nginx may serve other stacks (`ingressOf`), or in a cluster its ingress controller (`ingressClass`), which then reads Ingresses and Secrets in the namespaces of those stacks, and in no other. `reviewDomain` implies it.",
    example: "true",
    review: "drop",
  },
  ingressOf: {
    type: optional(STACK_NAME, "the name of a stack on the same machine"),
    description:
      "Another stack on the same Docker host whose public Nginx serves this stack's `domain`, with that stack's `bindAddress` and ports. Empty publishes an Nginx of its own.",
    example: "main",
    refused: problemWithIngressOf,
    review: "own",
  },
  dnsZone: {
    type: hostName("a zone of the cloud that the machine is at"),
    description:
      "Zone in which Slipway creates the record for `domain`, at the cloud of `droplet` or `gce`. Empty creates none, and the record is an output.",
    example: "example.org",
    review: "drop",
  },
  tls: {
    type: choice("off", "acme", "provided"),
    default: "off",
    description:
      "TLS. `off`; `acme` gets a certificate and renews it; `provided` uses `tlsCertificate` and `tlsKey`. With TLS, HTTP redirects to HTTPS.",
    example: "acme",
    review: "share",
  },
  acmeServer: {
    type: text(isHttps, "an https:// address"),
    default: LETS_ENCRYPT,
    description:
      "Directory URL of the ACME authority. By using it you accept its terms of service.",
    example: LETS_ENCRYPT,
    review: "share",
  },
  acmeServerCa: {
    type: optional(CERTIFICATE, CERTIFICATES),
    description:
      "Certificate of a private authority's server, PEM. Empty trusts the public authorities.",
    example: "<ca.pem",
    review: "share",
  },
  acmeEmail: {
    type: optional(/^[^\s@]+@[^\s@]+$/, "an e-mail address"),
    description: "Address that the authority writes to about problems. Empty gives it none.",
    example: "admin@example.org",
    review: "share",
  },
  tlsCertificate: {
    type: optional(CERTIFICATE, CERTIFICATES),
    description: "Certificate for `domain`, with its intermediate certificates, PEM.",
    example: "<certificate.pem",
    input: "<CERTIFICATE.pem",
    required: PROVIDED,
    review: "share",
  },
  tlsKey: {
    type: secretFile(),
    secret: true,
    description: "Private key of the certificate, PEM.",
    example: "<key.pem",
    input: "<KEY.pem",
    required: PROVIDED,
    review: "share",
  },
  pathPrefix: {
    type: PREFIX,
    default: "/",
    description:
      "Path below which the app is served, like /flask/. Nginx strips it from requests to the app.",
    example: "/",
    review: "share",
  },
  bodyMiB: {
    type: integer(1, 10_240),
    default: "10",
    description: "Largest request body in MiB.",
    example: "100",
    review: "share",
  },
  readSeconds: {
    type: integer(1, 3600),
    default: "60",
    description: "Seconds that the app may be silent before a request fails.",
    example: "300",
    review: "share",
  },
  rateLimits: {
    type: entries(
      (path, rate) => URL_PATH.test(path) && /^[1-9]\d*r\/[sm]$/.test(rate),
      "paths, each with a rate like 10r/s or 5r/m",
    ),
    default: "{}",
    description:
      'Rate that one client may request below a path, a map like {"/login":"5r/m"}. Requests above it get 429.',
    example: `'{"/login":"5r/m"}'`,
    review: "share",
  },
  trustedProxies: {
    type: list(NETWORK, "networks like 10.0.0.0/8"),
    default: "[]",
    description:
      "Networks of proxies in front, a list. Their X-Forwarded-For, -Proto and -Port are trusted. With `ingressClass`, include the network of the controller's pods.",
    example: `'["10.0.0.0/8"]'`,
    review: "share",
  },
  staticPrefix: {
    type: PREFIX,
    default: "/",
    description:
      "Path of the static files, which begins and ends with a slash, for an app whose pages use it in their links (`/static/`).",
    example: "/",
    review: "share",
  },
  staticFallback: {
    type: optional(STATIC_FILE, "a file below staticPath"),
    description:
      "Static file, such as `index.html`, that is served in place of a page that the app answers with 404, for a client with its own routes. Empty keeps the 404.",
    example: "index.html",
    review: "share",
  },
} as const satisfies Table;

function problemWithIngressOf(facts: Facts): string | undefined {
  if (facts.text("target") === "kubernetes") {
    return "slipway:ingressOf is for a Docker host; in a cluster, ingressClass names a controller that is there.";
  }
  if (facts.text("ingressOf") === facts.stack) return "slipway:ingressOf names the stack itself.";
  if (facts.text("ingressShared") === "true" || facts.has("reviewDomain")) {
    return "slipway:ingressOf is set, so this stack has no public Nginx that it could share (ingressShared, reviewDomain).";
  }
  const on = facts.text("host");
  if (on === "local" || on === "ssh") return undefined;
  return `slipway:ingressOf is set, but slipway:host is "${on}", which makes a machine of its own.`;
}
