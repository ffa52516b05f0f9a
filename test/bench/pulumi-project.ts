import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "../../ops/project.ts";
import { chosenTools, toolEnvironment } from "../../ops/tools.ts";
import { ended } from "../e2e/clone.ts";

const STACK = "bench";

/** What Slipway's own commands do to be quicker, and the pulumi command alone does not. */
export function withoutCompileCache(
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  const { NODE_COMPILE_CACHE: _, ...others } = environment;
  return others;
}

interface Kind {
  /** What it has in its `node_modules`: the official language host looks for plugins in each of them. */
  readonly packages: readonly string[];
  /** As Node has it in `package.json`. */
  readonly type: "module" | "commonjs";
}

/** A small Pulumi project that has nothing of Slipway but its tools and the packages that it names. */
export class PulumiProject {
  readonly folder = mkdtempSync(join(tmpdir(), "slipway-bench-"));
  readonly stack = STACK;

  private constructor(name: string, program: string, { packages, type }: Kind) {
    const runtime = { name: "nodejs", options: { typescript: false } };
    writeFileSync(
      join(this.folder, "Pulumi.yaml"),
      JSON.stringify({ name, runtime, main: "index.js" }),
    );
    writeFileSync(join(this.folder, "package.json"), JSON.stringify({ type }));
    writeFileSync(join(this.folder, "index.js"), program);
    for (const one of packages) {
      const link = join(this.folder, "node_modules", one);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(ROOT, "node_modules", one), link);
    }
    mkdirSync(join(this.folder, "state"));
  }

  static async make(name: string, program: string, kind: Kind): Promise<PulumiProject> {
    const project = new PulumiProject(name, program, kind);
    await project.pulumi(["stack", "init", STACK]);
    return project;
  }

  get environment(): Record<string, string> {
    return {
      ...withoutCompileCache(toolEnvironment(chosenTools())),
      PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
    };
  }

  /** The pulumi command, which has to end well. */
  async pulumi(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
    const child = spawn("pulumi", [...args, "--non-interactive"], {
      cwd: this.folder,
      env: { ...process.env, ...this.environment, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { code, output } = await ended(child);
    if (code !== 0) throw new Error(`\`pulumi ${args.join(" ")}\` failed:\n${output}`);
  }

  async up(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.pulumi(["up", "--yes", "--skip-preview", "--stack", STACK], env);
  }

  /** Takes down what it made, and the folder. */
  async remove(): Promise<void> {
    await this.pulumi(["destroy", "--yes", "--skip-preview", "--stack", STACK]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
