import { type PropertyMap, Secret, UNKNOWN, withoutSecrets } from "../property-value.ts";
import type { Checked, CheckRequest, Provider, Resource } from "../provider.ts";
import type { Kind, Settings } from "./kind.ts";
import { type LookUp, lookUp } from "./look-up.ts";
import { SimulatedResource } from "./simulated-resource.ts";

export interface Simulation {
  readonly name: string;
  readonly version: string;
  /** The keys of the configuration, and whether their values are secrets. */
  readonly config: Readonly<Record<string, { readonly secret: boolean }>>;
  readonly kinds: Readonly<Record<string, Kind>>;
  /** By the token of the function that asks. */
  readonly lookUps?: Readonly<Record<string, LookUp>>;
  /** Credentials that look real, by what to call them. */
  realCredentials(settings: Settings): string | undefined;
}

/** A provider whose things exist in the state of the stack only. */
export function simulatedProvider(simulation: Simulation): Provider {
  const { name, kinds, lookUps = {} } = simulation;
  let settings: Settings = {};
  const resources: ReadonlyMap<string, Resource> = new Map(
    Object.entries(kinds).map(([type, kind]) => [
      type,
      new SimulatedResource(kind, () => settings),
    ]),
  );
  return {
    version: simulation.version,
    acceptSecrets: false,
    supportsAutonaming: true,
    checkConfig: (request) => checkConfig(simulation, request),
    configure: async (config) => {
      settings = settingsIn(config);
      refuseRealCredentials(simulation, settings);
    },
    resource: (type, method) => {
      const resource = resources.get(type);
      if (resource === undefined) {
        throw new Error(
          `unrecognized resource type (${method}): ${type}: ` +
            `the stand-in for the ${name} plugin has ${[...resources.keys()].join(", ")} only`,
        );
      }
      return resource;
    },
    invoke: async (token, given) => {
      const asked = lookUps[token];
      if (asked !== undefined) return await lookUp(token, asked, given, settings);
      throw new Error(
        `unrecognized function: ${token}: the stand-in for the ${name} plugin has ` +
          `${Object.keys(lookUps).join(", ") || "none"}`,
      );
    },
    // What is under way comes to its end.
    cancel: () => {},
  };
}

function checkConfig({ config }: Simulation, { inputs, name }: CheckRequest): Checked {
  const known = (key: string) => key === "version" || key in config;
  return {
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([key, value]) => [
        key,
        config[key]?.secret && value !== UNKNOWN && !(value instanceof Secret)
          ? new Secret(value)
          : value,
      ]),
    ),
    failures: Object.keys(inputs)
      .filter((key) => !known(key))
      .map((key) => ({
        property: "",
        reason:
          "could not validate provider configuration: Invalid or unknown key. " +
          `Examine values at '${name}.${key}'.`,
      })),
  };
}

function settingsIn(config: PropertyMap): Settings {
  const plain = withoutSecrets(config) as PropertyMap;
  return Object.fromEntries(
    Object.entries(plain).flatMap(([key, value]) =>
      typeof value === "string" && value !== "" ? [[key, value]] : [],
    ),
  );
}

function refuseRealCredentials({ name, realCredentials }: Simulation, settings: Settings): void {
  const real = realCredentials(settings);
  if (real !== undefined) {
    throw new Error(
      `the stand-in for the ${name} plugin makes nothing real, and ${real}. To deploy, run ` +
        "`SLIPWAY_TOOLS=official npm start` in a fresh clone; to only look at a preview, put " +
        "`dummy` there.",
    );
  }
}
