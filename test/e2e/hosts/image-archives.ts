import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { offlineImages } from "../../../offline/images/index.ts";
import { chosenTools } from "../../../ops/tools.ts";
import { type Clone, docker } from "../clone.ts";
import { type SmallApp, writeSmallApp } from "../small-app.ts";

const BUILD_ARGS =
  chosenTools().images === "offline" ? [`--build-arg=NODE_IMAGE=${offlineImages.node}`] : [];

/** Images of the small app, built by the machine's engine, as a pipeline elsewhere would do it. */
export class BuiltImages {
  readonly #clone: Clone;
  readonly repository = `slipway-test-${randomBytes(4).toString("hex")}`;

  constructor(clone: Clone) {
    this.#clone = clone;
  }

  /** @returns its name; its tag is the version. */
  build(version: string, app: SmallApp = {}): string {
    const { folder } = this.#clone;
    const before = `console.log("version ${version}");\n${app.before ?? ""}`;
    writeSmallApp(this.#clone, { ...app, before });
    const name = `${this.repository}:${version}`;
    docker("build", "--quiet", `--tag=${name}`, ...BUILD_ARGS, join(folder, "small"));
    return name;
  }

  /** @returns the path of its archive, as config has it. */
  save(version: string, app?: SmallApp): string {
    const name = this.build(version, app);
    docker("save", "--output", join(this.#clone.folder, `app-${version}.tar`), name);
    return `./app-${version}.tar`;
  }

  /** The same in fewer bytes. */
  saveCompressed(version: string, app?: SmallApp): string {
    const path = this.save(version, app);
    execFileSync("gzip", ["-1", path], { cwd: this.#clone.folder });
    return `${path}.gz`;
  }

  remove(): void {
    const names = docker("image", "ls", "--format={{.Repository}}:{{.Tag}}", this.repository);
    if (names !== "") docker("image", "rm", ...names.split("\n"));
  }
}
