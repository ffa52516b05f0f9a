import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { appResources } from "../../../components/kubernetes/pod-resources.ts";
import { readConfig } from "../../../infra/settings/config.ts";
import type { Setting } from "../../../infra/settings/setting.ts";
import { SETTINGS } from "../../../infra/settings/table.ts";
import type { DockerSettings, KubernetesSettings } from "../../../stacks/settings.ts";
import { defaults, messageOf, ROOT, read, type Values } from "./config.ts";

interface Described {
  readonly type?: unknown;
  readonly default?: unknown;
  readonly description?: unknown;
}

const described = Object.entries<Described>(
  parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")).config,
).filter(([key]) => !key.startsWith("pulumi:"));
const descriptions = described.map(([key, one]) => [key, String(one.description)] as const);

const onHost = (values: Values = {}) => read(values) as DockerSettings;
const inCluster = (values: Values) => read(values) as KubernetesSettings;

const MADE = { sshSources: '["203.0.113.7/32"]', gcpProject: "acme-dev" };
const LOCAL: Values = {};
const SSH: Values = { host: "ssh", sshHost: "server.example" };
const DROPLET: Values = { host: "droplet", ...MADE };
const GCE: Values = { host: "gce", ...MADE };
const GKE: Values = { target: "kubernetes", cluster: "gke", ...MADE, domain: "shop.example" };
const NODES: Values = { ...GKE, clusterMode: "standard" };

const PROVIDED: Values = { tls: "provided", domain: "shop.example" };
const ACME: Values = { tls: "acme", domain: "shop.example", registry: "registry.example" };
const THERE: Values = { target: "kubernetes", domain: "shop.example" };
const STACKS = [
  ...[LOCAL, SSH, DROPLET, GCE, GKE, NODES, PROVIDED, ACME, THERE],
  ...[{ database: "external" }, { ...GCE, database: "managed" }],
];

const original = await vi.hoisted(() => import("../../../infra/settings/config.ts"));
vi.mock("../../../infra/settings/config.ts", { spy: true });
const namedKeys = new Set<PropertyKey>();

afterEach(() => {
  vi.mocked(readConfig).mockReset();
});

describe("The program", () => {
  test("reads each key of the table for some stack, but the one that `./slipway review` reads", () => {
    vi.mocked(readConfig).mockImplementation((table, id) => {
      const config = original.readConfig(table, id);
      return { ...config, values: watched(config.values) };
    });
    for (const values of STACKS) messageOf(() => read(values));
    const unread = Object.keys(SETTINGS).filter((key) => !namedKeys.has(key));
    expect(unread).toEqual(["reviewAppSecrets"]);
  });

  test("knows each key that Pulumi.yaml has, and no other", () => {
    expect(Object.keys(defaults)).toEqual(Object.keys(SETTINGS));
  });
});

describe("Each key of Pulumi.yaml", () => {
  test("has a description that is a sentence, and a default that is a string", () => {
    const lacking = described.filter(
      ([, one]) =>
        typeof one.default !== "string" || !/^[A-Z`].*\.$/s.test(String(one.description ?? "")),
    );
    expect(lacking).toEqual([]);
  });

  test("has the type string, unless a stack's file may have a map or a list there", () => {
    const untyped = described.filter(([, { type }]) => type === undefined).map(([key]) => key);
    const maps = descriptions.filter(([, text]) => /\b(map|list)\b/.test(text));
    expect(untyped).toEqual(maps.map(([key]) => key));
    expect(described.filter(([, { type }]) => type !== undefined && type !== "string")).toEqual([]);
  });

  const ranges = descriptions.flatMap(([key, text]) =>
    [...text.matchAll(/(\d+) to (\d+)(?=\)| (?:on a|in a))( in a cluster)?/g)].map(
      ([, least, most, where]) =>
        [key, Number(least), Number(most), where === undefined ? LOCAL : GKE] as const,
    ),
  );

  test.each(ranges)(
    "takes what its description names, and nothing beside it: %s from %i to %i",
    (...range) => {
      const [key, least, most, values] = range;
      const refused = [least - 1, least, most, most + 1].filter((value) =>
        messageOf(() => read({ ...values, [key]: String(value) })).includes(
          `slipway:${key} is "${value}"`,
        ),
      );
      expect(refused).toEqual([least - 1, most + 1]);
    },
  );

  test("names its range if it is a number", () => {
    const numbers = Object.entries<Setting>(SETTINGS).filter(([, { type }]) => type.range);
    expect(numbers.length).toBeGreaterThan(15);
    const ranged = new Set(ranges.map(([key]) => key));
    expect(numbers.map(([key]) => key).filter((key) => !ranged.has(key))).toEqual([]);
  });
});

describe("A default that the program chooses", () => {
  const release = (image: string) =>
    image
      .match(/(\d\d)-?(\d\d)/)
      ?.slice(1, 3)
      .join(".");
  const madeBy = (values: Values) => {
    const { host } = onHost(values);
    if (!("region" in host)) throw new Error(`Slipway creates no machine: host is ${host.kind}.`);
    return host;
  };
  const nodesOf = () => {
    const { cluster } = inCluster(NODES);
    if (!("zonal" in cluster) || cluster.zonal === undefined) throw new Error("no nodes");
    return { ...cluster.zonal, region: cluster.region };
  };
  const sizeOf = (values: Values) => {
    const { database } = read({ ...values, database: "managed" });
    return "size" in database ? database.size : database.kind;
  };
  const zoneOf = (values: Values) => {
    const host = madeBy(values);
    return "zone" in host ? host.zone : undefined;
  };

  /** The sentence of Pulumi.yaml, with the values that the program reads from a config without the key. */
  const sentences: Readonly<Record<string, () => string>> = {
    region: () => {
      const google = new Set([madeBy(GCE).region, nodesOf().region]);
      return `${madeBy(DROPLET).region} for \`droplet\`, ${[...google].join(" or ")} for \`gce\` and \`gke\``;
    },
    zone: () => {
      const zones = [zoneOf(GCE), nodesOf().zone];
      return `the region's zone ${[...new Set(zones.map((zone) => zone?.at(-1)))].join(" or ")}`;
    },
    size: () =>
      `${madeBy(DROPLET).size} for \`droplet\`, ${madeBy(GCE).size} for \`gce\`, ${nodesOf().size} for \`gke\``,
    machineImage: () => {
      const images = [DROPLET, GCE].map((values) => release(madeBy(values).image));
      return `Ubuntu ${[...new Set(images)].join(" or ")}`;
    },
    nodes: () => `${nodesOf().count}`,
    namespace: () => inCluster(GKE).namespace.replace(/dev$/, "STACK"),
    storageClass: () => inCluster(GKE).storageClass ?? "the cluster's default",
    httpPort: () =>
      `${onHost().ingress.httpPort} on \`local\`, ${onHost(SSH).ingress.httpPort} elsewhere`,
    bindAddress: () =>
      `${onHost().ingress.bindAddress} on \`local\`, and ${onHost(SSH).ingress.bindAddress}, every address, elsewhere`,
    httpsPort: () =>
      `${onHost().ingress.httpsPort} on \`local\`, ${onHost(SSH).ingress.httpsPort} elsewhere`,
    build: () => `${read().app.build} on \`local\`, ${read(SSH).app.build} elsewhere`,
    replicas: () =>
      `${read().app.replicas} on a Docker host, ${read(GKE).app.replicas} in a cluster`,
    cpu: () => {
      const { cpu } = appResources(read(GKE).app).limits;
      return [read().app.cpu, cpu].join("") === "" ? "no limit" : `${read().app.cpu}, ${cpu}`;
    },
    memory: () =>
      `${read().app.memory ?? "no limit"} on a Docker host, ${clusterMemory()} in a cluster`,
    readOnlyRoot: () =>
      `${read().app.readOnlyRoot} on a Docker host, ${read(GKE).app.readOnlyRoot} in a cluster`,
    databaseSize: () => {
      const google = new Set([sizeOf(GCE), sizeOf(GKE), sizeOf({ ...GCE, databaseNodes: "2" })]);
      return (
        `${sizeOf(DROPLET)} for \`droplet\` (with two nodes ${sizeOf({ ...DROPLET, databaseNodes: "2" })}), ` +
        `${[...google].join(" or ")} for \`gce\` and \`gke\``
      );
    },
  };

  test("is told in Pulumi.yaml for each of these keys, and for no other", () => {
    const told = descriptions.filter(([, text]) => text.includes("Empty is ")).map(([key]) => key);
    expect(told.sort()).toEqual(Object.keys(sentences).sort());
  });

  test.each(Object.entries(sentences))("is the one that Pulumi.yaml tells: %s", (key, sentence) => {
    expect(defaults[key]).toBe("");
    expect(new Map(descriptions).get(key)).toContain(`Empty is ${sentence()}.`);
  });

  test("is the same for an image as the one that Pulumi.yaml has", () => {
    expect(read({ images: "{}" }).images).toEqual(JSON.parse(defaults["images"] ?? ""));
  });
});

const clusterMemory = () => appResources(read(GKE).app).limits.memory.replace(/Mi$/, "");

describe.each(["README.md", "docs/containers.md"])("The table of settings in %s", (file) => {
  const text = readFileSync(join(ROOT, file), "utf8").split("## Settings\n")[1] ?? "";
  const rows = (text.split(/\n(?:## |Environment variables)/)[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| /, "")));

  test("has rows of keys that Pulumi.yaml has", () => {
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.flatMap(([keys = ""]) => keysIn(keys)).filter((key) => !(key in defaults))).toEqual(
      [],
    );
  });

  test.each(rows.map(([keys = "", cell = ""]) => [keys, cell]))(
    "has the defaults of %s: %s",
    (...row) => {
      const [keys, cell] = row;
      const shown = keysIn(keys).map((key) => wordings(key));
      // Two keys of one row may have their default in common, and say it once.
      const rest = shown.reduce(
        (left, words) => words.reduce((text, word) => text.replace(word, ""), left),
        cell,
      );
      expect(rest.replaceAll(/[, ]/g, ""), cell).toBe("");
      for (const words of shown)
        expect(
          words.some((word) => cell.includes(word)),
          cell,
        ).toBe(true);
    },
  );
});

const keysIn = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map(([, key]) => key ?? "");

/** How a table may say a default; each is computed from what the program reads. */
function wordings(key: string): readonly string[] {
  const { app, ingress } = onHost();
  const cluster = read(GKE).app;
  switch (key) {
    case "httpPort":
      return [`\`${ingress.httpPort}\``];
    case "bindAddress":
      return [`\`${ingress.bindAddress}\``];
    case "replicas":
      return [`\`${app.replicas}\` (\`${cluster.replicas}\` in a cluster)`];
    case "readOnlyRoot":
      return [
        `\`${app.readOnlyRoot}\` (\`${cluster.readOnlyRoot}\` in a cluster)`,
        `\`${app.readOnlyRoot}\`, in a cluster \`${cluster.readOnlyRoot}\``,
      ];
    case "memory":
      return [
        `${app.memory ?? "none"} (\`memory\` ${clusterMemory()} MiB in a cluster)`,
        `${app.memory ?? "no limit"}, in a cluster ${clusterMemory()}`,
      ];
    case "databaseSize":
      return ["the smallest"];
    case "databasePassword":
    case "appSecret":
      return ["created by `npm start`"];
    case "migrateCommand":
    case "staticPath":
      return ["those of the sample app"];
    default: {
      const value = defaults[key] ?? "";
      return ["", "{}", "[]"].includes(value) ? ["none", "no limit"] : [`\`${value}\``];
    }
  }
}

/** Values whose keys are remembered when somebody reads them. */
function watched<T extends object>(values: T): T {
  return new Proxy(values, {
    get: (target, key) => {
      namedKeys.add(key);
      return Reflect.get(target, key);
    },
  });
}
