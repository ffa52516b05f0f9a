import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { labelList, labels, type Owner } from "../labels.ts";
import type { Machine, Script } from "../machine/machine.ts";
import { ACME_FOLDER, ACME_WEBROOT, acmeCertificateFile } from "../nginx/places.ts";
import { quote } from "../quote.ts";
import { ACME_CLIENT, confined, limitProcesses, ourLimits } from "./confinement.ts";
import { boundedLogs } from "./logs.ts";
import { madeAnew } from "./made-anew.ts";

export interface AcmeCertificateArgs {
  readonly machine: Machine;
  readonly owner: Owner;
  readonly network: pulumi.Input<string>;
  /** Image of lego 4, the ACME client. */
  readonly image: string;
  readonly domain: string;
  /** Where the authority writes to when something is wrong; undefined gives it no address. */
  readonly email: string | undefined;
  /** URL of the authority's directory. */
  readonly server: string;
  /** Certificate of a private authority's own server, PEM; undefined trusts the public ones. */
  readonly serverCa: string | undefined;
  /** Volume that Nginx has the certificate from. */
  readonly volume: pulumi.Input<string>;
  /** How long the first certificate may take. */
  readonly seconds: number;
}

/**
 * A certificate from an ACME authority, such as Let's Encrypt: a container gets it, proves over HTTP on port
 * 80 that the domain leads here, and renews it when 30 days are left. Nginx reads the file with each
 * handshake, so a new certificate needs no reload.
 *
 * Certificate and account are on a volume of Nginx and go with it. Authorities limit how often they give
 * a certificate for the same name: Let's Encrypt, five times in seven days.
 *
 * @see https://letsencrypt.org/docs/rate-limits/
 */
export class AcmeCertificate extends pulumi.ComponentResource {
  constructor(name: string, args: AcmeCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:docker:AcmeCertificate", name, {}, opts);
    const child = { parent: this };
    const { serverCa } = args;

    const client = new docker.Container(
      name,
      {
        image: args.image,
        labels: labelList(labels(args.owner, "certificate")),
        entrypoints: ["/bin/sh", "-c", renewalScript(args)],
        envs:
          serverCa === undefined
            ? []
            : [`LEGO_CA_CERTIFICATES=${CA_FILE}`, `SERVER_CA=${serverCa}`],
        volumes: [{ volumeName: args.volume, containerPath: ACME_FOLDER }],
        networksAdvanced: [{ name: args.network }],
        restart: "unless-stopped",
        destroyGraceSeconds: 10,
        ...confined(ACME_CLIENT),
        ...boundedLogs,
      },
      { ...child, ...madeAnew, ...ourLimits },
    );
    args.machine.run(`${name}-there`, thereScript(client.name, args), child);
    this.registerOutputs({});
  }
}

const CA_FILE = "/tmp/acme-ca.pem";
/** User of Nginx's workers, which read the certificate and its key. */
const NGINX_UID = 101;
const RENEW_DAYS = 30;
/** How the container says that a try has failed. */
const FAILED = "No certificate was got";

/** Runs in the container. After a failure it waits: authorities count those too. */
export function renewalScript({ domain, email, server }: AcmeCertificateArgs): string {
  const options = [
    "--accept-tos",
    `--server ${quote(server)}`,
    ...(email === undefined ? [] : [`--email ${quote(email)}`]),
    `--domains ${quote(domain)}`,
    `--path ${ACME_FOLDER}`,
    `--http --http.webroot ${ACME_WEBROOT}`,
  ].join(" ");
  const got = `${ACME_FOLDER}/certificates/${domain}`;
  const file = acmeCertificateFile(domain);
  return `
set -u
trap 'exit 0' TERM INT
if [ -n "\${SERVER_CA-}" ]; then printf '%s\\n' "$SERVER_CA" >${CA_FILE}; fi
mkdir -p ${ACME_WEBROOT} ${file.slice(0, file.lastIndexOf("/"))}
publish() {
  cat ${got}.key ${got}.crt >${file}.new
  if ! cmp -s ${file}.new ${file}; then
    chown ${NGINX_UID} ${file}.new
    chmod 0400 ${file}.new
    mv ${file}.new ${file}
    echo "There is a new certificate for ${domain}."
  fi
  rm -f ${file}.new
}
get() {
  if [ -e ${got}.crt ]; then
    lego ${options} renew --days ${RENEW_DAYS} --no-random-sleep
  else
    lego ${options} run
  fi
}
while :; do
  if get && publish; then
    pause=43200
  else
    pause=900
    echo "${FAILED}; the next try is in 15 minutes."
  fi
  sleep $pause &
  wait $!
done`;
}

function thereScript(client: pulumi.Input<string>, args: AcmeCertificateArgs): Script {
  return {
    values: {
      CONTAINER: client,
      FILE: acmeCertificateFile(args.domain),
      DOMAIN: args.domain,
      SECONDS_ALLOWED: String(args.seconds),
    },
    functions: 'there() { docker exec "$CONTAINER" test -e "$FILE" 2>/dev/null; }',
    apply: `
  ${limitProcesses(ACME_CLIENT)}
  if there; then return; fi
  # It may be waiting after a failure whose cause is mended.
  docker restart --time 5 "$CONTAINER" >/dev/null
  since=$(date +%s)
  deadline=$((since + SECONDS_ALLOWED))
  until there; do
    if [ "$(date +%s)" -ge "$deadline" ] ||
      docker logs --since "$since" "$CONTAINER" 2>&1 | grep -q "^${FAILED}"; then
      echo "There is no certificate for $DOMAIN. The name has to lead to this machine (the output dns)," \\
        "and port 80 has to be reachable from the authority. The last lines of its client:" >&2
      docker logs --tail 15 "$CONTAINER" >&2
      exit 1
    fi
    sleep 0.5
  done`,
  };
}
