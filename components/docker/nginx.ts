import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { labelList, labelOptions, labels, type Owner } from "../labels.ts";
import type { Machine, Script } from "../machine/machine.ts";
import { endsInFront } from "../nginx/client-request.ts";
import { type NginxPlace, type ServerConfArgs, serverConf } from "../nginx/conf.ts";
import { MAIN_FILE, mainConf } from "../nginx/main-conf.ts";
import type { TlsSettings } from "../nginx/names.ts";
import { ACME_FOLDER, CONF_FOLDER, maintenanceFiles, STATIC_FOLDER } from "../nginx/places.ts";
import { NO_RELEASE_CONF } from "../nginx/release-conf.ts";
import { SITES_FOLDER } from "../nginx/site-conf.ts";
import { earlierFiles } from "../nginx/static-conf.ts";
import {
  confined,
  confinedOptions,
  NGINX,
  NGINX_CACHE,
  ourLimits,
  processLimit,
} from "./confinement.ts";
import { boundedLogs } from "./logs.ts";
import { madeAnew } from "./made-anew.ts";
import { ingressVolume, sharedNetworkName } from "./shared-ingress.ts";

/** Files that close the app for maintenance. */
export const MAINTENANCE = maintenanceFiles(`${CONF_FOLDER}/maintenance`);

const DOCKER = {
  httpPort: 80,
  // Docker's own name server.
  resolver: "127.0.0.11",
  connectSeconds: 2,
  maintenanceFolder: MAINTENANCE.folder,
} as const;

/** What Nginx begins with. */
export const MAIN_CONF = `${CONF_FOLDER}/${MAIN_FILE}`;

/** Where the public Nginx of another stack looks for this one. */
export interface Behind {
  readonly network: pulumi.Input<string>;
  readonly alias: string;
}

export interface NginxArgs extends Omit<ServerConfArgs, "tls" | "place"> {
  readonly machine: Machine;
  readonly owner: Owner;
  readonly network: pulumi.Input<string>;
  /** Image of Nginx 1.27.4 or later, with curl. A change replaces the container: a short gap. */
  readonly image: string;
  /** IPv4 address of the machine to publish on. A change is a short gap. */
  readonly bindAddress: string;
  /** Ports of the machine to publish on; the second only with TLS. A change is a short gap. */
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly tls: TlsSettings;
  /** Whether other stacks on the machine may be served by it. A change is a short gap. */
  readonly shared: boolean;
  /** Where it is behind that of another stack, and publishes nothing; undefined is the public one itself. */
  readonly behind: Behind | undefined;
}

/** How a client that stands on the machine asks what the world sees. */
export interface AskFrom {
  /** Address without a slash at its end, path prefix included. */
  readonly url: string;
  /** Option of curl that leads the host name to the machine itself; empty where it is an address. */
  readonly resolve: string;
  /** What a proxy in front would say of the client's scheme; empty where none ends TLS. */
  readonly forwardedProto: "" | "https";
}

/**
 * The only container of the stack with a public port, or with none where another stack's is in front and
 * has host name and TLS; what else is asked of it is the same. Its configuration is on a volume, so that a change is a
 * reload and never another container. Until the first release it answers 502.
 *
 * Configuration and static files go with it; a release writes them again.
 */
export class Nginx extends pulumi.ComponentResource {
  readonly containerName: pulumi.Output<string>;
  /** Volume for certificates that are got by ACME; undefined where they are not. */
  readonly acmeVolume: pulumi.Output<string> | undefined;
  /** Where a person finds the app. */
  readonly url: pulumi.Output<string>;
  /** How the machine itself reaches Nginx through the port that it publishes. */
  readonly askFrom: AskFrom;

  constructor(name: string, args: NginxArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:docker:Nginx", name, {}, opts);
    const child = { parent: this };
    const mine = labelList(labels(args.owner, "ingress"));
    const volume = (what: "conf" | "static" | "acme") =>
      new docker.Volume(
        `${name}-${what}`,
        { name: ingressVolume(args.owner, what), labels: mine },
        child,
      );

    const conf = volume("conf");
    const files = volume("static");
    const acme = args.tls.kind === "acme" && isPublic(args) ? [volume("acme").name] : [];
    const shared = args.shared ? [this.#sharedNetwork(name, args.owner)] : [];
    // Written before Nginx starts, so that it never serves the welcome page of its image.
    const configured = args.machine.run(
      `${name}-configured`,
      configureScript(conf.name, args),
      child,
    );

    const container = new docker.Container(
      name,
      {
        image: args.image,
        command: ["nginx", "-c", MAIN_CONF, "-g", "daemon off;"],
        labels: mine,
        ports: publishedPorts(args),
        volumes: [
          { volumeName: conf.name, containerPath: CONF_FOLDER },
          { volumeName: files.name, containerPath: STATIC_FOLDER },
          { containerPath: NGINX_CACHE },
          ...acme.map((volume) => ({ volumeName: volume, containerPath: ACME_FOLDER })),
        ],
        networksAdvanced: [
          { name: args.network },
          ...shared.map((network) => ({ name: network })),
          ...(args.behind === undefined
            ? []
            : [{ name: args.behind.network, aliases: [args.behind.alias] }]),
        ],
        restart: "unless-stopped",
        destroyGraceSeconds: 10,
        ...confined(NGINX),
        ...boundedLogs,
      },
      { ...child, dependsOn: [configured], ...madeAnew, ...ourLimits },
    );
    const { machine } = args;
    processLimit(name, { machine, container: container.name, confinement: NGINX }, child);

    this.containerName = container.name;
    this.acmeVolume = acme[0];
    this.url = args.machine.address.apply((address) => publicUrl(args.domain ?? address, args));
    this.askFrom = askFrom(args);
    this.registerOutputs({ containerName: this.containerName, url: this.url });
  }

  /** It leads nowhere else: neither to the world, nor to what else a stack has. */
  #sharedNetwork(name: string, owner: Owner): pulumi.Output<string> {
    return new docker.Network(
      `${name}-shared`,
      {
        name: sharedNetworkName(owner),
        driver: "bridge",
        internal: true,
        labels: labelList(labels(owner, "network")),
      },
      { parent: this },
    ).name;
  }
}

const isPublic = ({ behind }: NginxArgs) => behind === undefined;

function publishedPorts(args: NginxArgs) {
  if (!isPublic(args)) return [];
  const { tls, httpPort, httpsPort, bindAddress: ip } = args;
  const http = { internal: 80, external: httpPort, ip };
  return tls.kind === "off" ? [http] : [http, { internal: 443, external: httpsPort, ip }];
}

type Published = Pick<
  NginxArgs,
  "tls" | "httpPort" | "httpsPort" | "pathPrefix" | "domain" | "bindAddress" | "trustedProxies"
>;

function publicUrl(host: string, args: Published): string {
  return `${origin(host, args)}${args.pathPrefix === "/" ? "" : args.pathPrefix}`;
}

function origin(host: string, { tls, httpPort, httpsPort }: Published): string {
  const [scheme, port, usual] =
    tls.kind === "off" ? (["http", httpPort, 80] as const) : (["https", httpsPort, 443] as const);
  return `${scheme}://${host}${port === usual ? "" : `:${port}`}`;
}

export function askFrom(args: Published): AskFrom {
  const address = args.bindAddress === "0.0.0.0" ? "127.0.0.1" : args.bindAddress;
  const port = args.tls.kind === "off" ? args.httpPort : args.httpsPort;
  return {
    url: `${origin(args.domain ?? address, args)}${args.pathPrefix.slice(0, -1)}`,
    resolve: args.domain === undefined ? "" : `${args.domain}:${port}:${address}`,
    forwardedProto: endsInFront(args) ? "https" : "",
  };
}

/** What it serves itself: behind another one, every host that is led to it, and plain HTTP. */
function ownConf(args: NginxArgs): string {
  const sitesFolder = args.shared ? SITES_FOLDER : undefined;
  const place: NginxPlace = {
    ...DOCKER,
    sitesFolder,
    inFront: isPublic(args) ? "clients" : "nginx",
  };
  if (isPublic(args)) return serverConf({ ...args, tls: args.tls.kind, place });
  return serverConf({ ...args, tls: "off", domain: undefined, place });
}

const REFUSE_TO_LEAVE = `    if ls -d sites/*/ >/dev/null 2>&1; then
      echo "Other stacks are served by this Nginx, so it stays shared (slipway:ingressShared):" $(ls sites) >&2
      exit 1
    fi
`;

export function configureScript(volume: pulumi.Input<string>, args: NginxArgs): Script {
  const tls: TlsSettings = isPublic(args) ? args.tls : { kind: "off" };
  return {
    values: {
      VOLUME: volume,
      NETWORK: args.network,
      IMAGE: args.image,
      MAIN_CONF: mainConf({ workers: undefined, user: "nginx" }),
      SERVER_CONF: ownConf(args),
      NO_RELEASE_CONF,
      NO_EARLIER_FILES: earlierFiles([]),
      CERTIFICATE: tls.kind === "provided" ? tls.certificate : "",
      KEY: tls.kind === "provided" ? tls.key : "",
    },
    functions: `
# Beside the running Nginx, if there is one: on its volume and its network, where names mean the same.
inside() {
  docker run --rm --interactive ${labelOptions(labels(args.owner, "step"))} \\
    ${confinedOptions(NGINX)} --volume ${NGINX_CACHE} \\
    --network "$NETWORK" --volume "$VOLUME:${CONF_FOLDER}" --workdir ${CONF_FOLDER} \\
    --entrypoint sh "$IMAGE" -euc "$1"
}
# A line for each text, whatever is in it.
lines() {
  for text; do printf %s "$text" | base64 | tr -d '\\n'; echo; done
}`,
    apply: `
  lines "$NO_RELEASE_CONF" "$NO_EARLIER_FILES" "$MAIN_CONF" "$SERVER_CONF" "$CERTIFICATE" "$KEY" | inside '
    next() { read -r text; printf %s "$text" | base64 -d; }
    umask 077
${args.shared ? "" : REFUSE_TO_LEAVE}    next >release.conf.new
    [ -e release.conf ] || mv release.conf.new release.conf
    rm -f release.conf.new
    # A release of before that did not name the releases before it.
    next >earlier.new
    for one in release.conf release.verified; do
      if [ -e $one ] && ! grep -q earlier_files_1 $one; then cat earlier.new >>$one; fi
    done
    rm earlier.new
    rm -rf before tls.new
    mkdir before tls.new
    next >${MAIN_FILE}.new
    next >default.conf.new
    next >tls.new/certificate.pem
    next >tls.new/key.pem
    for one in ${MAIN_FILE} default.conf tls; do
      if [ -e $one ]; then mv $one before/; fi
      mv $one.new $one
    done
    # Nginx goes on with the configuration that it has when the new one is refused.
    code=0
    nginx -q -t -c ${MAIN_CONF} || code=$?
    if [ $code -ne 0 ]; then
      for one in ${MAIN_FILE} default.conf tls; do
        rm -rf $one
        if [ -e before/$one ]; then mv before/$one $one; fi
      done
    fi
    rm -rf before
    exit $code'
  running=$(docker ps --quiet --filter "volume=$VOLUME" --filter label=slipway.role=ingress)
  if [ -n "$running" ]; then docker exec "$running" nginx -q -s reload; fi`,
  };
}
