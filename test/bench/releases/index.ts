import { step } from "../../../ops/progress.ts";
import { Clone, freePort } from "../../e2e/clone.ts";
import { ask, register } from "../../e2e/conduit-client.ts";
import { heavyTraffic } from "../../e2e/load/heavy-traffic.ts";
import { readyImages } from "../../e2e/load/ready-images.ts";
import { addSlowRoute } from "../../e2e/load/slow-route.ts";
import type { LoadedRequest } from "../../e2e/request-loop.ts";
import type { BenchRun } from "../bench-run.ts";
import type { Leftovers } from "../leftovers.ts";
import { spread } from "../spread.ts";
import { table } from "../table.ts";
import { composeRelease, findCompose } from "./compose.ts";
import { containerInPlaceRelease } from "./container-in-place.ts";
import type { Contender } from "./contender.ts";
import { type MeasuredRelease, measureRelease, untilServes } from "./contest.ts";
import { scriptRelease } from "./script.ts";
import { slipway } from "./slipway.ts";
import { makeSurroundings } from "./surroundings.ts";

interface Contest {
  readonly contenders: readonly Contender[];
  readonly images: readonly string[];
  /** What could not take part, and why. */
  readonly missing: readonly string[];
}

const LOADS: Readonly<Record<string, (request: LoadedRequest) => boolean>> = {
  "215 requests a second, 5 of them take 5 s": () => true,
  "210 requests a second, all of them quick": ({ name }) => name !== "slow",
};

/**
 * From an image that is there to the new version serving: Slipway beside what else one would take.
 *
 * @returns what could not be measured.
 */
export async function benchReleases(run: BenchRun): Promise<readonly string[]> {
  const { repetitions = 3, leftovers, signal } = run;
  const { contenders, images, missing } = await prepare(leftovers);
  for (const [title, isSent] of Object.entries(LOADS)) {
    const measured = new Map<Contender, MeasuredRelease[]>(contenders.map((one) => [one, []]));
    for (let turn = 1; turn <= repetitions; turn++) {
      for (const contender of contenders) {
        signal.throwIfAborted();
        const { commit } = await ask(contender.url, "/version");
        const image = images.find((one) => !one.endsWith(`:${commit}`)) ?? "";
        const load = heavyTraffic(contender.token).filter(isSent);
        const result = await step(`${contender.name}, ${turn} of ${repetitions}`, () =>
          measureRelease(contender, image, load),
        );
        measured.get(contender)?.push(result);
      }
    }
    process.stdout.write(`\nReleases under ${title}:\n\n${report(measured)}\n\n`);
  }
  return missing;
}

async function prepare(leftovers: Leftovers): Promise<Contest> {
  const clone = await step("Making a stack with the sample app", () => Clone.make());
  leftovers.add(() => clone.remove());
  addSlowRoute(clone);
  clone.commit("slow route");
  const { code, output } = await clone.slipway(["start"]);
  if (code !== 0) throw new Error(output);
  const { image: base } = await ask(clone.url, "/version");
  const images = readyImages(base, `slipway-bench/${clone.stack}`, 2);
  const [first = ""] = images;

  const surroundings = await makeSurroundings(first, leftovers);
  const compose = await findCompose();
  const replacing: [string, (port: number) => Release | Promise<Release>][] = [
    [
      "`docker.Container` replaced in place, `pulumi up`",
      (port) => containerInPlaceRelease(surroundings, port, leftovers),
    ],
    ["stop and start by script", (port) => scriptRelease(surroundings, port, leftovers)],
  ];
  if (compose !== undefined) {
    replacing.unshift([
      `\`docker compose up -d\` (${compose.version})`,
      (port) => composeRelease(compose, surroundings, port, leftovers),
    ]);
  }

  const others: Contender[] = [];
  for (const [name, make] of replacing) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const release = await make(port);
    await release(first);
    await untilServes(url, first);
    // They have one database.
    const token = others[0]?.token ?? (await register(url));
    others.push({ name, url, token, release });
  }
  const own = await slipway(clone);
  await own.release(first);
  return {
    contenders: [own, ...others],
    images,
    missing:
      compose === undefined
        ? ["Docker Compose is not installed: Debian and Ubuntu have it as docker-compose."]
        : [],
  };
}

type Release = Contender["release"];

function report(measured: ReadonlyMap<Contender, readonly MeasuredRelease[]>): string {
  const head = ["way", "new version answers, s", "command ends, s", "failed"];
  const rows = [...measured].map(([{ name }, releases]) => {
    const seconds = (of: (release: MeasuredRelease) => number) => spread(releases.map(of), 1);
    const sum = (of: (release: MeasuredRelease) => number) =>
      releases.map(of).reduce((a, b) => a + b, 0);
    return [
      name,
      seconds(({ serving }) => serving),
      seconds(({ command }) => command),
      `${sum(({ failed }) => failed)} of ${sum(({ requests }) => requests)}`,
    ];
  });
  return table(head, rows);
}
