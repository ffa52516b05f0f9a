import * as pulumi from "@pulumi/pulumi";
import { after } from "../after.ts";
import { labelFilters, labelOptions, labels, type Owner } from "../labels.ts";
import type { Machine, Script } from "../machine/machine.ts";
import { MAIN_FILE } from "../nginx/main-conf.ts";
import type { TlsSettings } from "../nginx/names.ts";
import { ACME_FOLDER, acmeCertificateFile, CONF_FOLDER } from "../nginx/places.ts";
import { SITE_CERTIFICATE, SITES_FOLDER, siteConf } from "../nginx/site-conf.ts";
import { confinedOptions, STEP } from "./confinement.ts";
import { ingressVolume, nameBehind, sharedNetworkName } from "./shared-ingress.ts";

export interface NginxSiteArgs {
  readonly machine: Machine;
  readonly owner: Owner;
  /** The stack whose Nginx is public. */
  readonly ingressOf: Owner;
  /** Image of Nginx, for when that one does not run. */
  readonly image: string;
  readonly domain: string;
  readonly tls: TlsSettings;
  readonly readSeconds: number;
  readonly trustedProxies: readonly string[];
  /** What that Nginx publishes. */
  readonly bindAddress: string;
  readonly httpPort: number;
  readonly httpsPort: number;
}

/**
 * The server block of a stack on the public Nginx of another one on the same machine: its host name, its
 * certificate and the way to its own Nginx. It owns a folder of that Nginx's configuration and nothing else
 * there; the configuration as a whole is checked on a copy before any of it is touched. Deleting it takes
 * the host off, and with it a certificate that was got for it.
 */
export class NginxSite extends pulumi.ComponentResource {
  /** Network on which that Nginx looks for this stack's own. */
  readonly network: pulumi.Output<string>;
  /** Name by which it looks for it. */
  readonly alias: string;
  /** Volume for certificates that are got by ACME; undefined where they are not. */
  readonly acmeVolume: pulumi.Output<string> | undefined;

  constructor(name: string, args: NginxSiteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:docker:NginxSite", name, {}, opts);
    const step = args.machine.run(`${name}-served`, siteScript(args), { parent: this });
    this.network = after(sharedNetworkName(args.ingressOf), step);
    this.alias = nameBehind(args.owner);
    this.acmeVolume =
      args.tls.kind === "acme" ? after(ingressVolume(args.ingressOf, "acme"), step) : undefined;
    this.registerOutputs({ network: this.network });
  }
}

function siteScript(args: NginxSiteArgs): Script {
  const { owner, ingressOf, tls, domain } = args;
  return {
    values: {
      INGRESS_OF: ingressOf.stack,
      FILTERS: labelFilters(ingressOf, "ingress"),
      NETWORK: sharedNetworkName(ingressOf),
      VOLUME: ingressVolume(ingressOf, "conf"),
      IMAGE: args.image,
      SITE: owner.stack,
      DOMAIN: domain,
      HTTP: `${args.bindAddress}:${args.httpPort}`,
      HTTPS: tls.kind === "off" ? "" : `${args.bindAddress}:${args.httpsPort}`,
      TLS: tls.kind,
      ACME_CERTIFICATE: tls.kind === "acme" ? acmeCertificateFile(domain) : "",
      SERVER_CONF: siteConf({
        ...args,
        tls: tls.kind,
        site: owner.stack,
        address: `${nameBehind(owner)}:80`,
      }),
      CERTIFICATE:
        tls.kind === "provided" ? pulumi.interpolate`${tls.certificate}\n${tls.key}\n` : "",
    },
    functions: `
# shellcheck disable=SC2086 # several words
find_nginx() { docker ps --quiet $FILTERS | head -n 1; }
refuse() { echo "$1" >&2; exit 1; }
# $1 is a port of the container, $2 where this stack expects it.
check_published() {
  if docker port "$nginx" "$1/tcp" 2>/dev/null | grep -qxF "$2"; then return; fi
  published=$(docker port "$nginx" | tr '\\n' ',')
  refuse "Nginx of the stack $INGRESS_OF does not publish port $1 on $2 (it has: $published). Give this stack the \\
same slipway:bindAddress, slipway:httpPort, slipway:httpsPort, and TLS only where that one has it."
}
# A line for each text, whatever is in it.
lines() {
  for text; do printf %s "$text" | base64 | tr -d '\\n'; echo; done
}`,
    apply: `
  nginx=$(find_nginx)
  [ -n "$nginx" ] || refuse "The stack $INGRESS_OF has no Nginx that runs on this machine (slipway:ingressOf). \\
Bring it up first."
  docker network inspect "$NETWORK" >/dev/null 2>&1 || refuse "The stack $INGRESS_OF does not share its Nginx. \\
Let it: pulumi config set ingressShared true -s $INGRESS_OF, and bring it up."
  check_published 80 "$HTTP"
  if [ "$TLS" != off ]; then check_published 443 "$HTTPS"; fi
  if [ "$TLS" = acme ] && ! docker exec "$nginx" test -d ${ACME_FOLDER}; then
    refuse 'slipway:tls is "acme", and the stack '"$INGRESS_OF has nowhere to put certificates: it needs the same."
  fi
  lines "$SERVER_CONF" "$CERTIFICATE" | docker exec --interactive --workdir ${CONF_FOLDER} "$nginx" sh -euc '
    next() { read -r text; printf %s "$text" | base64 -d; }
    umask 077
    # On a copy: what is refused never was among what others rely on.
    copy=$(mktemp -d)
    trap "rm -rf $copy" EXIT
    cp -R . "$copy"
    mkdir -p "$copy/sites/$1"
    next >"$copy/sites/$1/server.conf"
    next >"$copy/sites/$1/${SITE_CERTIFICATE}"
    for file in "$copy/sites/$1/server.conf" "$copy/sites/$1/${SITE_CERTIFICATE}"; do cp "$file" "$copy/\${file##*/}.new"; done
    find "$copy" \\( -name "*.conf" -o -name ${MAIN_FILE} \\) -exec sed -i "s#${CONF_FOLDER}#$copy#g" {} +
    code=0
    said=$(nginx -t -c "$copy/${MAIN_FILE}" 2>&1) || code=$?
    case $said in *"conflicting server name \\"$2\\""*)
      echo "The host $2 is served there already, for another stack." >&2
      exit 1 ;;
    esac
    if [ $code -ne 0 ]; then printf "%s\\n" "$said" >&2; exit $code; fi
    mkdir -p "sites/$1"
    chmod 0755 sites "sites/$1"
    for file in ${SITE_CERTIFICATE} server.conf; do
      cp "$copy/$file.new" "sites/$1/$file.new"
      mv "sites/$1/$file.new" "sites/$1/$file"
    done
    nginx -q -s reload' sh "$SITE" "$DOMAIN" >&2`,
    remove: `
  nginx=$(find_nginx)
  if [ -z "$nginx" ]; then
    docker volume inspect "$VOLUME" >/dev/null 2>&1 || return 0
    docker run --rm ${labelOptions(labels(owner, "step"))} ${confinedOptions(STEP)} --volume "$VOLUME:${CONF_FOLDER}" \\
      --entrypoint rm "$IMAGE" -rf "${SITES_FOLDER}/$SITE" >/dev/null
    return
  fi
  docker exec "$nginx" sh -euc '
    rm -rf "${SITES_FOLDER}/$1"
    if [ -n "$3" ]; then rm -f "$3" "${ACME_FOLDER}/certificates/$2".*; fi
    # What it reads next is without the site in any case.
    nginx -q -s reload || echo "Nginx could not read its configuration; the host is off with its next start."
    ' sh "$SITE" "$DOMAIN" "$ACME_CERTIFICATE" >&2`,
  };
}
