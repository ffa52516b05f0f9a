/** Whose a thing is, where it is not ours. */
const MAKERS: Readonly<Record<string, string>> = {
  digitalocean: "DigitalOcean ",
  docker: "Docker ",
  gcp: "Google ",
  tls: "TLS ",
};

const SPELLED: Readonly<Record<string, string>> = Object.fromEntries(
  [
    "Cloud",
    "DigitalOcean",
    "Docker",
    "GCE",
    "GKE",
    "IAM",
    "IP",
    "NAT",
    "Nginx",
    "Postgres",
    "SQL",
    "SSH",
  ].map((name) => [name.toLowerCase(), name]),
);

/** A type of the engine in words: `digitalocean:index/reservedIp:ReservedIp` as `DigitalOcean reserved IP`. */
export function typeInWords(type: string): string {
  const [module = "", , className = ""] = type.split(":");
  if (module === "pulumi") return `${separated(className)} provider`;
  return module === "command" ? "step" : `${MAKERS[module] ?? ""}${separated(className)}`;
}

/** `ReservedIp` as `reserved IP`. */
function separated(className: string): string {
  const words = className.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+/g) ?? [];
  return words.map((word) => SPELLED[word.toLowerCase()] ?? word.toLowerCase()).join(" ");
}
