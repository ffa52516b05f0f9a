import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setInterval } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clone, docker } from "../clone.ts";
import { setConfig } from "../config.ts";
import { until } from "../until.ts";
import { cloneWithExample, deployed } from "./example.ts";

interface Job {
  readonly id: string;
  readonly state: string;
  readonly finishedBy: string | null;
}

let clone: Clone;
beforeAll(async () => {
  clone = await cloneWithExample("worker");
  const processes = { worker: "QUEUE=jobs node src/worker.ts", scheduler: "node src/scheduler.ts" };
  setConfig(clone, { replicas: "2", processes: JSON.stringify(processes) });
  await deployed(clone);
});
afterAll(() => clone?.remove());

test("The worker and the scheduler run beside two containers of the app, from the same image", () => {
  const images = new Set(parts("{{.Image}}"));
  expect(parts("{{.Names}}").length).toBe(4);
  expect(images.size).toBe(1);
});

test("A command that begins with a variable is the container's first process, and has it", () => {
  const worker = parts("{{.Names}}").find((name) => name.includes("process-worker")) ?? "";
  const ofFirst = (what: string) =>
    docker("exec", worker, "sh", "-c", `tr "\\0" " " </proc/1/${what}`);
  expect(ofFirst("cmdline")).toBe("node src/worker.ts");
  expect(ofFirst("environ")).toContain("QUEUE=jobs ");
});

test("Jobs that are taken in by the app are done by the worker, ticks of the scheduler too", async () => {
  const job = await enqueue();
  await until(async () => (await find(job))?.state === "done", "the job is done");
  await until(async () => (await jobs()).length > 1, "the scheduler has made a job", 30);
});

test("A release loses no job: the old worker ends by itself when the new one runs, and has finished its own", async () => {
  const before = await version();
  const events = new WorkerEvents(clone.stack);
  const sent: string[] = [];
  const server = join(clone.folder, "examples/worker/src/app.ts");
  clone.write(
    "examples/worker/src/app.ts",
    `${readFileSync(server, "utf8")}\n// another release\n`,
  );
  const stop = new AbortController();
  const sending = (async () => {
    // As many as the worker can do, so that there is always one under way.
    for await (const _ of setInterval(250, undefined, { signal: stop.signal })) {
      sent.push(await enqueue());
    }
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  await deployed(clone);
  stop.abort();
  await sending;
  sent.push(await enqueue());
  await until(
    async () => {
      const all = new Map((await jobs()).map((job) => [job.id, job.state]));
      return sent.every((id) => all.get(id) === "done");
    },
    "every job is done",
    60,
  );
  const seen = events.end();
  const [oldEnd, ...others] = seen.filter(({ action }) => action === "die");
  const newStart = seen.find(({ action }) => action === "start");
  expect(others).toEqual([]);
  expect(oldEnd?.exitCode).toBe("0");
  expect(newStart?.name).not.toBe(oldEnd?.name);
  expect(Number(newStart?.time)).toBeLessThan(Number(oldEnd?.time) - 2);
  expect(await version()).not.toBe(before);
  expect((await find(sent.at(-1) ?? ""))?.finishedBy).toBe(await version());
});

test("A process that ends at once fails the run with its own words, and the old one works on", async () => {
  const old = parts("{{.ID}} {{.Names}}").filter((one) => one.includes("process-worker"));
  setConfig(clone, { processes: '{"worker":"node -e \\"throw new Error(\'no queue\')\\""}' });
  const { code, output } = await clone.slipway(["start"]);
  expect(code, output).toBe(1);
  expect(output).toContain("no queue");
  const running = parts("{{.ID}} {{.Names}}").filter((one) => one.includes("process-worker"));
  expect(running).toEqual(old);
});

interface WorkerEvent {
  readonly time: number;
  readonly action: string;
  readonly name: string;
  readonly exitCode: string;
}

/** What the engine says of a stack's workers from now on. */
class WorkerEvents {
  readonly #child: ChildProcess;
  #output = "";

  constructor(stack: string) {
    const filters = [`label=slipway.stack=${stack}`, "label=slipway.role=process"];
    const attributes = "{{.Actor.Attributes.name}} {{.Actor.Attributes.exitCode}}";
    const events = [...filters, "event=start", "event=die"].map((one) => `--filter=${one}`);
    this.#child = spawn("docker", [
      ...["events", `--format={{.Time}} {{.Action}} ${attributes}`, ...events],
    ]);
    this.#child.stdout?.on("data", (data) => (this.#output += data));
  }

  end(): WorkerEvent[] {
    this.#child.kill();
    return this.#output
      .split("\n")
      .filter((line) => line.includes("process-worker"))
      .map((line) => {
        const [time, action = "", name = "", exitCode = ""] = line.split(" ");
        return { time: Number(time), action, name, exitCode };
      });
  }
}

const version = async () => (await answer<{ version: string }>("/version")).version;
const jobs = async () => (await answer<{ jobs: Job[] }>("/jobs")).jobs;
const find = async (id: string) => (await jobs()).find((job) => job.id === id);

async function answer<T>(path: string): Promise<T> {
  return (await (await fetch(new URL(path, clone.url))).json()) as T;
}

async function enqueue(): Promise<string> {
  const response = await fetch(`${clone.url}/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ text: "test", seconds: 0.2 }),
  });
  expect(response.status).toBeLessThan(300);
  return ((await response.json()) as { id: string }).id;
}

/** What runs of the app. */
function parts(format: string): string[] {
  const roles = ["web", "process"].flatMap((role) =>
    docker(
      ...["ps", `--format=${format}`, `--filter=label=slipway.stack=${clone.stack}`],
      `--filter=label=slipway.role=${role}`,
    ).split("\n"),
  );
  return roles.filter(Boolean);
}
