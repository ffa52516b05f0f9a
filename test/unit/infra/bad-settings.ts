import type { Values } from "./config.ts";

/** Values that are refused: what is wrong in words, the values, the message, and the line to type. */
export const badSettings: readonly (readonly [string, Values, string, string])[] = [
  [
    "a misspelt key",
    { httpPrt: "80" },
    "slipway:httpPrt is not a setting; did you mean httpPort?",
    "pulumi config rm httpPrt",
  ],
  [
    "a key in the wrong case",
    { HTTPPORT: "80" },
    "slipway:HTTPPORT is not a setting; did you mean httpPort?",
    "pulumi config rm HTTPPORT",
  ],
  [
    "a key that is like no other",
    { colourScheme: "dark" },
    "slipway:colourScheme is not a setting",
    "pulumi config rm colourScheme",
  ],
  [
    "a port out of range",
    { httpPort: "99999" },
    'slipway:httpPort is "99999"; it must be a whole number from 1 to 65535.',
    "pulumi config set httpPort NUMBER",
  ],
  [
    "a port that is no number",
    { appPort: "3000/tcp" },
    'slipway:appPort is "3000/tcp"; it must be a whole number from 1 to 65535.',
    "pulumi config set appPort NUMBER",
  ],
  [
    "a number that is empty",
    { drainSeconds: "" },
    "slipway:drainSeconds is empty; it must be a whole number from 1 to 600.",
    "pulumi config set drainSeconds NUMBER",
  ],
  [
    "a choice that does not exist",
    { secretsAs: "file" },
    'slipway:secretsAs is "file"; it must be "files" or "env".',
    "pulumi config set secretsAs files",
  ],
  [
    "a truth that is neither true nor false",
    { protectData: "yes" },
    'slipway:protectData is "yes"; it must be "true" or "false".',
    "pulumi config set protectData true",
  ],
  [
    "an address that is no IPv4 address",
    { bindAddress: "localhost" },
    'slipway:bindAddress is "localhost"; it must be an IPv4 address, or empty.',
    'pulumi config set bindAddress ""',
  ],
  [
    "a path without its slash",
    { healthPath: "readyz" },
    'slipway:healthPath is "readyz"; it must be a path that begins with /.',
    "pulumi config set healthPath /healthz",
  ],
  [
    "a version that is no tag",
    { version: "v1 final" },
    'slipway:version is "v1 final"; it must be letters, digits, `.`, `+`, `_` and `-`, at most 128, or empty.',
    'pulumi config set version ""',
  ],
  [
    "the role of the superuser",
    { databaseUser: "postgres" },
    'slipway:databaseUser is "postgres"; it must be a lower-case letter or _, then letters, digits and _, at most 40, and no administrator ("postgres", "doadmin", "cloudsql...").',
    "pulumi config set databaseUser app",
  ],
  [
    "JSON that is none",
    { appEnv: "{A:1}" },
    "slipway:appEnv is no map of strings.",
    "pulumi config set appEnv <FILE",
  ],
  [
    "a map in a map",
    { buildArgs: '{"A":{}}' },
    "slipway:buildArgs has A, which is no string.",
    "pulumi config set buildArgs <FILE",
  ],
  [
    "a name of the app's contract",
    { appEnv: '{"DB_PASSWORD":"x"}' },
    "slipway:appEnv has DB_PASSWORD, which Slipway itself sets.",
    "pulumi config set appEnv <FILE",
  ],
  [
    "the file form of such a name",
    { appEnv: '{"APP_SECRET_FILE":"/x"}' },
    "slipway:appEnv has APP_SECRET_FILE, which Slipway itself sets.",
    "pulumi config set appEnv <FILE",
  ],
  [
    "a variable that can't be one",
    { appEnv: '{"LOG-LEVEL":"info"}' },
    'slipway:appEnv has "LOG-LEVEL", which is no name of a variable.',
    "pulumi config set appEnv <FILE",
  ],
  [
    "an image that Slipway does not use",
    { images: '{"redis":"redis:8"}' },
    'slipway:images has "redis"; it must have references of images, by the names postgres, nginx, lego, ingressController, cloudSqlProxy.',
    "pulumi config set images <FILE",
  ],
  [
    "a server without an address",
    { host: "ssh" },
    'slipway:sshHost is missing, and host is "ssh".',
    "pulumi config set sshHost HOST",
  ],
  ...[
    ["that is a public one", "ssh-ed25519 AAAAC3Nz", "is a public key; ssh wants the private one"],
    [
      "with a passphrase",
      // Cipher, derivation and its options, how many keys, the public and the private one.
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from(
        `openssh-key-v1\0${["\x0aaes256-ctr", "\x06bcrypt", "\0", "\x01", "\0", "\0"].map((word) => `\0\0\0${word}`).join("")}`,
      ).toString("base64")}\n-----END OPENSSH PRIVATE KEY-----`,
      "has a passphrase, which nobody types; `ssh-keygen -p -f KEY_FILE` takes it off (of a copy)",
    ],
    [
      "in PEM with a passphrase",
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIF\n-----END ENCRYPTED PRIVATE KEY-----\n",
      "has a passphrase, which nobody types; `ssh-keygen -p -f KEY_FILE` takes it off (of a copy)",
    ],
    [
      "of PuTTY",
      "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none",
      "is a key of PuTTY; `puttygen FILE -O private-openssh -o KEY_FILE` makes one for ssh of it",
    ],
    [
      "with line ends of Windows",
      "-----BEGIN OPENSSH PRIVATE KEY-----\r\nAAAA\r\n-----END OPENSSH PRIVATE KEY-----\r\n",
      "has line ends of Windows, which ssh does not read in a key of its own format",
    ],
    ["that is none", "~/.ssh/id_ed25519", "is no private key"],
    [
      "that was cut off",
      "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r",
      "is cut off, or was changed: ssh finds no whole key in it",
    ],
  ].map(([kind, sshKey = "", says]): [string, Values, string, string] => [
    `a key for ssh ${kind}, and it is not shown`,
    { sshKey },
    `slipway:sshKey ${says}.`,
    "pulumi config set --secret sshKey <KEY_FILE",
  ]),
  [
    "a key of a server that says another type than it is",
    { sshHostKey: "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIEVDyyXzbjPpO1Lgg7zjPn3Jm0gN5cQ0vJkHqLGvS9aB" },
    'slipway:sshHostKey is "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIEVDyyXzbjPpO1Lgg7zjPn3Jm0gN5cQ0vJkHqLGvS9aB"; it must be the server\'s public key, `TYPE BASE64`, or empty.',
    'pulumi config set sshHostKey ""',
  ],
  [
    "a host name with a label of 64 characters",
    { domain: `${"a".repeat(64)}.example` },
    `slipway:domain is "${"a".repeat(64)}.example"; it must be a host name, or empty.`,
    'pulumi config set domain ""',
  ],
  [
    "a host name of more than 253 characters",
    { reviewDomain: `${"a.".repeat(126)}bc` },
    `slipway:reviewDomain is "${"a.".repeat(126)}bc"; it must be a host name, or empty.`,
    'pulumi config set reviewDomain ""',
  ],
  [
    "a host name with an empty label",
    { domain: "shop..example" },
    'slipway:domain is "shop..example"; it must be a host name, or empty.',
    'pulumi config set domain ""',
  ],
  [
    "a host name with a label that ends with -",
    { domain: "shop-.example" },
    'slipway:domain is "shop-.example"; it must be a host name, or empty.',
    'pulumi config set domain ""',
  ],
  ...[
    "registry.example/Shop/app:1",
    "shop/app:",
    "shop//app",
    "shop/app@sha256:12",
    "shop/-app",
  ].map((image): [string, Values, string, string] => [
    `an image that Docker refuses: ${image}`,
    { image },
    `slipway:image is "${image}"; it must be the reference of an image, whose path is in lower case, or the path (./, ../ or /) of an archive, or empty.`,
    'pulumi config set image ""',
  ]),
  [
    "an image of Slipway's own that Docker refuses",
    { images: '{"nginx":"Mirror/NGINX:1"}' },
    'slipway:images has "nginx"; it must have references of images, by the names postgres, nginx, lego, ingressController, cloudSqlProxy.',
    "pulumi config set images <FILE",
  ],
  [
    "a namespace with a dot",
    { namespace: "shop.prod" },
    'slipway:namespace is "shop.prod"; it must be lower-case letters, digits and -, at most 63, or empty.',
    'pulumi config set namespace ""',
  ],
  [
    "a database elsewhere without an address",
    { database: "external" },
    'slipway:databaseHost is missing, and database is "external".',
    "pulumi config set databaseHost HOST",
  ],
  ...["local", "ssh"].map((host): [string, Record<string, string>, string, string] => [
    `a managed database on ${host}, where no cloud is`,
    { database: "managed", host, sshHost: "server.example" },
    `slipway:database is "managed", which a cloud runs beside a machine or a cluster that is made there, and slipway:host is "${host}". It can be "container", or "external" for one that is there already.`,
    "pulumi config set database container",
  ]),
  [
    "three nodes of a database",
    { databaseNodes: "3" },
    'slipway:databaseNodes is "3"; it must be "1" or "2".',
    "pulumi config set databaseNodes 1",
  ],
  [
    "a prefix without its second slash",
    { pathPrefix: "/flask" },
    'slipway:pathPrefix is "/flask"; it must be a path that begins and ends with /.',
    "pulumi config set pathPrefix /",
  ],
  [
    "a prefix that nobody can ask for",
    { staticPrefix: "/shop/../static/" },
    'slipway:staticPrefix is "/shop/../static/"; it must be a path that begins and ends with /.',
    "pulumi config set staticPrefix /",
  ],
  [
    "TLS with a certificate that is not there",
    { tls: "provided", domain: "shop.example", tlsKey: "a key" },
    'slipway:tlsCertificate is missing, and tls is "provided".',
    "pulumi config set tlsCertificate <CERTIFICATE.pem",
  ],
  [
    "a rate that Nginx would not take",
    { rateLimits: '{"/login":"5 a minute"}' },
    'slipway:rateLimits has "/login"; it must have paths, each with a rate like 10r/s or 5r/m.',
    "pulumi config set rateLimits <FILE",
  ],
  [
    "a network that is none",
    { trustedProxies: '["10.0.0.0/40"]' },
    'slipway:trustedProxies is "[\\"10.0.0.0/40\\"]"; it must be a list of networks like 10.0.0.0/8.',
    "pulumi config set trustedProxies '[]'",
  ],
  [
    "one network of several that is none",
    { trustedProxies: '["10.0.0.0/8","10.0.0.0/40"]' },
    'slipway:trustedProxies is "[\\"10.0.0.0/8\\",\\"10.0.0.0/40\\"]"; it must be a list of networks like 10.0.0.0/8.',
    `pulumi config set trustedProxies '["10.0.0.0/8"]'`,
  ],
  [
    "a network that stands alone",
    { trustedProxies: "172.16.0.0/12" },
    'slipway:trustedProxies is "172.16.0.0/12"; it must be a list of networks like 10.0.0.0/8.',
    `pulumi config set trustedProxies '["172.16.0.0/12"]'`,
  ],
  [
    "no core at all",
    { cpu: "0" },
    'slipway:cpu is "0"; it must be a number of cores like 0.5, or empty.',
    'pulumi config set cpu ""',
  ],
  [
    "a process with a name that is none",
    { processes: '{"My Worker":"work"}' },
    'slipway:processes has "My Worker"; it must have names (lower-case letters, digits and -), each with a command on one line, or as a list of words.',
    "pulumi config set processes <FILE",
  ],
  [
    "a migration as a list that is none",
    { migrateCommand: '["/app", 1]' },
    'slipway:migrateCommand is "[\\"/app\\", 1]"; it must be a command on one line, or a list of a program and its arguments, or empty.',
    'pulumi config set migrateCommand ""',
  ],
  [
    "secrets of the app that are no JSON, and they are not shown",
    { appSecrets: "hush" },
    "slipway:appSecrets is no map of strings.",
    "pulumi config set --secret appSecrets <FILE",
  ],
  [
    "a secret of a build with an id that is none",
    { buildSecrets: '{"a,src=/etc/passwd":"hush"}' },
    'slipway:buildSecrets has "a,src=/etc/passwd"; it must have ids of letters, digits, `.`, `_` and `-`.',
    "pulumi config set --secret buildSecrets <FILE",
  ],
  [
    "a seed that is not there",
    { databaseSeed: "no/such.sql" },
    'slipway:databaseSeed is "no/such.sql"; there is no such file.',
    "pulumi config set databaseSeed FILE",
  ],
  [
    "a seed for a database that is somebody else's",
    { databaseSeed: "seed.sql", database: "none" },
    'slipway:databaseSeed is set, and slipway:database is "none"; Slipway loads a seed into a "container" ' +
      "alone. Load it into another one yourself, before the first migration.",
    "pulumi config rm databaseSeed",
  ],
  [
    "a number of dumps that is none",
    { backupKeep: "all" },
    'slipway:backupKeep is "all"; it must be a whole number from 0 to 1000.',
    "pulumi config set backupKeep NUMBER",
  ],
  [
    "a missing secret",
    { databasePassword: "" },
    "slipway:databasePassword is missing.",
    "pulumi config set --secret databasePassword",
  ],
  [
    "a short secret",
    { appSecret: "short" },
    "slipway:appSecret is too short; it must have at least 32 characters.",
    "pulumi config set --secret appSecret",
  ],
  [
    "a secret of two lines",
    { databasePassword: "two lines\nof text" },
    "slipway:databasePassword has more than one line.",
    "pulumi config set --secret databasePassword",
  ],
];

const ON_KUBERNETES = { target: "kubernetes", domain: "shop.example", kubeconfigPath: "no-such" };

/** Names of stacks that are refused, with settings they are refused for; the rest as above. */
export const badStackNames: readonly (readonly [string, Values, string, string])[] = [
  [
    "Dev",
    {},
    'The name of the stack is "Dev"; it must be in lower case, as names of images, hosts and namespaces are.',
    "pulumi stack rename dev",
  ],
  [
    "Dev",
    ON_KUBERNETES,
    'The name of the stack is "Dev"; it must be in lower case, as names of images, hosts and namespaces are.',
    "pulumi stack rename dev",
  ],
  ...["a..b", "a._b", "dev-", "_dev", "a___b"].map((name): [string, Values, string, string] => [
    name,
    {},
    `The name of the stack is "${name}"; it must be letters and digits, with \`-\`, \`_\` or \`.\` between them alone, for it is in the name of an image.`,
    `pulumi stack rename ${name.replace(/^_|-$/, "").replace(/[._]+/, "-")}`,
  ]),
  ...["a.b", "a_b", "dev-"].map((name): [string, Values, string, string] => [
    name,
    ON_KUBERNETES,
    `The name of the stack is "${name}"; it must be letters, digits and \`-\`, a letter or a digit at both ends, for it is in the name of a namespace.`,
    `pulumi stack rename ${name.replace(/-$/, "").replace(/[._]/, "-")}`,
  ]),
  ...["a_b", "a..b", ".b"].map((name): [string, Values, string, string] => [
    name,
    { ...ON_KUBERNETES, namespace: "shop" },
    `The name of the stack is "${name}"; it must be letters, digits and \`-\`, with \`.\` between them, for it is in the names of pods.`,
    `pulumi stack rename ${name.replace(/^\./, "").replace(/[._]+/, "-")}`,
  ]),
  ...[
    { host: "gce", gcpProject: "acme-dev" },
    { host: "droplet" },
    { ...ON_KUBERNETES, cluster: "gke", namespace: "shop" },
  ].map((settings): [string, Values, string, string] => [
    "prod.eu",
    settings,
    'The name of the stack is "prod.eu"; it must be letters, digits and `-`, a letter or a digit at both ends, for it is in names and labels at the cloud.',
    "pulumi stack rename prod-eu",
  ]),
  [
    "a".repeat(42),
    {},
    `The name of the stack is "${"a".repeat(42)}"; it must have at most 41 characters, for slipway-STACK-web-1-1234567 has to fit into 63.`,
    `pulumi stack rename ${"a".repeat(41)}`,
  ],
  [
    "a".repeat(41),
    { replicas: "10" },
    `The name of the stack is "${"a".repeat(41)}"; it must have at most 40 characters, for slipway-STACK-web-10-1234567 has to fit into 63.`,
    `pulumi stack rename ${"a".repeat(40)}`,
  ],
  [
    "a".repeat(40),
    ON_KUBERNETES,
    `The name of the stack is "${"a".repeat(40)}"; it must have at most 39 characters, for slipway-STACK-migrate-1234567 has to fit into 63.`,
    `pulumi stack rename ${"a".repeat(39)}`,
  ],
  [
    "a".repeat(56),
    { ...ON_KUBERNETES, migrateCommand: "" },
    `The name of the stack is "${"a".repeat(56)}"; it must have at most 55 characters, for slipway-STACK has to fit into 63.`,
    `pulumi stack rename ${"a".repeat(55)}`,
  ],
];
