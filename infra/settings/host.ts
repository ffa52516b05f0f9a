import { NETWORK, SSH_HOST } from "../patterns.ts";
import { HOST_KEY, privateKeyProblem } from "../ssh-keys.ts";
import { is, type Table } from "./setting.ts";
import { choice, integer, list, optional, secretFile, text } from "./value-types.ts";

const ON_SSH = [is("host", "ssh")];
const ON_MADE_HOST = [is("host", "droplet", "gce")];

const isUserName = (value: string) => /^[a-z_][a-z0-9_-]{0,31}$/.test(value);

/** Where the stack runs, and the Docker host. */
export const host = {
  target: {
    type: choice("docker", "kubernetes"),
    default: "docker",
    description: "Where the stack runs. `docker` is a Docker host, `kubernetes` a cluster.",
    example: "kubernetes",
    review: "share",
    init: { text: "Where does the stack run", usual: "docker" },
  },
  host: {
    type: choice("local", "ssh", "droplet", "gce"),
    default: "local",
    description:
      "The Docker host. `local` is the engine of the machine that runs Pulumi, `ssh` an existing server; `droplet` and `gce` create a machine at DigitalOcean or Google.",
    example: "ssh",
    for: [is("target", "docker")],
    review: "own",
    init: { text: "Which Docker host", usual: "ssh" },
  },
  sshHost: {
    type: optional(SSH_HOST, "a host name or an address"),
    description: "Host name or address of the server, for `ssh`.",
    example: "server.example.org",
    input: "HOST",
    for: ON_SSH,
    required: ON_SSH,
    review: "share",
    init: { text: "Name or address of the server" },
  },
  sshPort: {
    type: integer(1, 65_535),
    default: "22",
    description: "Port of the server's sshd.",
    example: "2222",
    review: "share",
  },
  sshUser: {
    type: text(isUserName, "the name of a user of the server"),
    default: "root",
    description:
      "Login user, root or a user with sudo without a password where Docker has to be installed.",
    example: "root",
    review: "share",
  },
  sshKey: {
    type: secretFile(privateKeyProblem),
    secret: true,
    description:
      "Private key for the login. Empty uses the keys that `ssh` finds, an agent's included.",
    example: "<~/.ssh/id_ed25519",
    input: "<KEY_FILE",
    // Another one would take the place of the stack's own, which is a file of the clone.
    dummy: "",
    review: "share",
  },
  sshHostKey: {
    // As it is written: it may be an alias of the ssh configuration, which tells capitals apart.
    type: optional(HOST_KEY, "the server's public key, `TYPE BASE64`"),
    description: "Public key of the server, `TYPE BASE64`. Empty trusts your known_hosts.",
    example: "'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEVDyyXzbjPpO1Lgg7zjPn3Jm0gN5cQ0vJkHqLGvS9aB'",
    review: "share",
  },
  machineImage: {
    type: optional(/^[\w./-]+$/, "the name of an image"),
    usual: {
      words: "Ubuntu 24.04",
      of: (facts) =>
        facts.holds(is("host", "gce"))
          ? "ubuntu-os-cloud/ubuntu-2404-lts-amd64"
          : "ubuntu-24-04-x64",
    },
    description:
      "Image of a new machine, Debian or Ubuntu with cloud-init. An existing machine keeps its image.",
    example: "debian-13-x64",
    review: "share",
  },
  sshSources: {
    type: list(NETWORK, "networks like 203.0.113.0/24"),
    default: "[]",
    description:
      "Networks that may reach sshd of a machine that Slipway creates (`droplet`, `gce`), a list.",
    example: `'["203.0.113.7/32"]'`,
    for: ON_MADE_HOST,
    required: ON_MADE_HOST,
    review: "share",
    init: { text: 'Networks that may log in to the machine, like ["203.0.113.0/24"]' },
  },
} as const satisfies Table;
