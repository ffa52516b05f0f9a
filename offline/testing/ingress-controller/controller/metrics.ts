import { readdirSync, readFileSync } from "node:fs";
import { askSocket } from "./nginx/ask-socket.ts";
import { SOCKETS } from "./nginx/places.ts";

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly samples: readonly Sample[];
}

/** What the controller tells Prometheus: of its reloads, its Ingresses, and the connections of Nginx. */
export class Metrics {
  readonly #class: string;
  readonly #reloads = { endpoints: 0, other: 0 };
  #failedReloads = 0;
  #lastReload = { succeeded: 0, milliseconds: 0 };
  #ingresses = { regular: 0, master: 0, minion: 0 };

  constructor(ingressClass: string) {
    this.#class = ingressClass;
  }

  countReload(reason: "endpoints" | "other", milliseconds: number): void {
    this.#reloads[reason] += 1;
    this.#lastReload = { succeeded: 1, milliseconds: Math.floor(milliseconds) };
  }

  countFailedReload(): void {
    this.#failedReloads += 1;
    this.#lastReload = { ...this.#lastReload, succeeded: 0 };
  }

  setIngresses(ingresses: { regular: number; master: number; minion: number }): void {
    this.#ingresses = ingresses;
  }

  /** In the text format of Prometheus. */
  async text(): Promise<string> {
    const families = [...this.#controllerFamilies(), ...nginxFamilies(await stubStatus())];
    return families.map((family) => familyText(family, this.#class)).join("");
  }

  #controllerFamilies(): Family[] {
    const prefix = "nginx_ingress_controller";
    const workers = workerProcesses();
    return [
      {
        name: `${prefix}_nginx_reloads_total`,
        help: "Number of successful NGINX reloads",
        type: "counter",
        samples: samplesBy("reason", this.#reloads),
      },
      {
        name: `${prefix}_nginx_reload_errors_total`,
        help: "Number of unsuccessful NGINX reloads",
        type: "counter",
        samples: [{ value: this.#failedReloads }],
      },
      {
        name: `${prefix}_nginx_last_reload_status`,
        help: "Status of the last NGINX reload",
        type: "gauge",
        samples: [{ value: this.#lastReload.succeeded }],
      },
      {
        name: `${prefix}_nginx_last_reload_milliseconds`,
        help: "Duration in milliseconds of the last NGINX reload",
        type: "gauge",
        samples: [{ value: this.#lastReload.milliseconds }],
      },
      {
        name: `${prefix}_nginx_worker_processes_total`,
        help: "Number of NGINX worker processes",
        type: "gauge",
        samples: samplesBy("generation", workers),
      },
      {
        name: `${prefix}_ingress_resources_total`,
        help: "Number of handled ingress resources",
        type: "gauge",
        samples: samplesBy("type", this.#ingresses),
      },
    ];
  }
}

/** What Nginx tells of itself; undefined when it does not answer. */
async function stubStatus(): Promise<readonly number[] | undefined> {
  const text = await askSocket(SOCKETS.status, "/stub_status");
  const numbers = text?.match(/\d+/g)?.map(Number);
  return numbers?.length === 7 ? numbers : undefined;
}

function nginxFamilies(status: readonly number[] | undefined): Family[] {
  const prefix = "nginx_ingress_nginx";
  const up: Family = {
    name: `${prefix}_up`,
    help: "Status of the last metric scrape",
    type: "gauge",
    samples: [{ value: status === undefined ? 0 : 1 }],
  };
  if (status === undefined) return [up];
  const [active, accepted, handled, requests, reading, writing, waiting] = status;
  const family = (name: string, type: Family["type"], help: string, value = 0): Family => ({
    ...{ name: `${prefix}_${name}`, type, help },
    samples: [{ value }],
  });
  return [
    family("connections_accepted", "counter", "Accepted client connections", accepted),
    family("connections_active", "gauge", "Active client connections", active),
    family("connections_handled", "counter", "Handled client connections", handled),
    family("connections_reading", "gauge", "Connections that read a request", reading),
    family("connections_waiting", "gauge", "Idle client connections", waiting),
    family("connections_writing", "gauge", "Connections that write a response", writing),
    family("http_requests_total", "counter", "Total http requests", requests),
    up,
  ];
}

function samplesBy(label: string, values: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
}

function familyText({ name, help, type, samples }: Family, ingressClass: string): string {
  const lines = samples.map(({ labels = {}, value }) => {
    const pairs = Object.entries({ class: ingressClass, ...labels });
    return `${name}{${pairs.map(([label, text]) => `${label}="${text}"`).join(",")}} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
}

/** Those of an older configuration finish what they have begun. */
function workerProcesses(): { current: number; old: number } {
  const titles = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine);
  const count = (title: string) => titles.filter((found) => found === title).length;
  return {
    current: count("nginx: worker process"),
    old: count("nginx: worker process is shutting down"),
  };
}

function commandLine(process: string): string {
  try {
    return readFileSync(`/proc/${process}/cmdline`, "utf8").replaceAll("\0", "").trim();
  } catch {
    return "";
  }
}
