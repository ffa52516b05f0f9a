const LEVELS: readonly string[] = ["trace", "debug", "info", "warning", "error", "fatal"];
const FORMATS = ["glog", "json", "text"] as const;

type Level = "debug" | "info" | "warning" | "error" | "fatal";
type Format = (typeof FORMATS)[number];

/** Writes what the controller has to say to standard output, in the format and from the level it was told. */
export class Log {
  readonly #format: Format;
  readonly #lowest: number;
  readonly #write: (line: string) => void;

  constructor(
    format: string,
    level: string,
    write = (line: string): void => {
      process.stdout.write(line);
    },
  ) {
    this.#write = write;
    this.#format = FORMATS.find((known) => known === format) ?? "glog";
    const known = LEVELS.indexOf(level);
    this.#lowest = known === -1 ? LEVELS.indexOf("info") : known;
    if (this.#format !== format) {
      this.warning(
        `Invalid log format: ${format}. Valid options are: glog, text, json. Falling back to default: glog`,
      );
    }
    if (known === -1) {
      this.warning(
        `Invalid log level: ${level}. Valid options are: trace, debug, info, warning, error, fatal. Falling back to default: info`,
      );
    }
  }

  debug(message: string): void {
    this.#say("debug", message);
  }

  info(message: string): void {
    this.#say("info", message);
  }

  warning(message: string): void {
    this.#say("warning", message);
  }

  error(message: string): void {
    this.#say("error", message);
  }

  fatal(message: string): void {
    this.#say("fatal", message);
  }

  #say(level: Level, message: string): void {
    if (LEVELS.indexOf(level) < this.#lowest) return;
    this.#write(`${line(this.#format, level, message, new Date())}\n`);
  }
}

function line(format: Format, level: Level, message: string, now: Date): string {
  const time = now.toISOString();
  switch (format) {
    case "json":
      return JSON.stringify({ time, level: level.toUpperCase(), msg: message });
    case "text":
      return `time=${time} level=${level.toUpperCase()} msg=${JSON.stringify(message)}`;
    case "glog": {
      const letter = { debug: "I", info: "I", warning: "W", error: "E", fatal: "F" };
      const [day = "", clock = ""] = time.replaceAll("-", "").replace("Z", "000").split("T");
      return `${letter[level]}${day} ${clock}   ${process.pid} ingress-controller] ${message}`;
    }
  }
}
