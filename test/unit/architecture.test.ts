import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { KNOWN_TO_OFFLINE, KNOWS_OFFLINE, LAYERS } from "../../layers.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** The only file of the program that reads from the disk. */
const SHELL_FILE = "components/shell-file.ts";

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

function filesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|mjs)$/.test(file) && !file.includes("node_modules"))
    .map((file) => join(folder, file))
    .sort();
}

/** What a file imports, types and dynamic imports among it. */
function importsOf(file: string): string[] {
  return ts.preProcessFile(read(file)).importedFiles.map(({ fileName }) => fileName);
}

/** What Node loads for a file, at once or later: `import type` is gone by then, `import { type Name }` is not. */
function loadsOf(file: string): string[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest);
  const types = source.statements.flatMap((statement) =>
    (ts.isImportDeclaration(statement) && statement.importClause?.isTypeOnly) ||
    (ts.isExportDeclaration(statement) && statement.isTypeOnly)
      ? [statement.getText(source)]
      : [],
  );
  return importsOf(file).filter((name) => !types.some((text) => text.includes(`"${name}"`)));
}

/** All files of ours that Node loads with one. */
function loadedBy(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const imported of loadsOf(file).filter((name) => name.startsWith("."))) {
    loadedBy(join(file, "..", imported), found);
  }
  return found;
}

/** The folder at the root that an import of ours reaches into. */
function layerOf(file: string, imported: string): string {
  return relative(ROOT, resolve(ROOT, file, "..", imported)).split("/")[0] ?? "";
}

/** The first two arguments of each call that reads a script. */
function shellFilesIn(file: string): [string, string][] {
  const found: [string, string][] = [];
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest);
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText(source) === "shellFile") {
      const [folder = "", name = ""] = node.arguments.map((one) => one.getText(source));
      found.push([folder, name]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The first circle that each file closes on the way from those that import it. */
function circlesOf(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const circles: string[] = [];
  const follow = (file: string, way: readonly string[]): void => {
    const start = way.indexOf(file);
    if (start >= 0) circles.push([...way.slice(start), file].join(" -> "));
    if (start >= 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) follow(next, [...way, file]);
    done.add(file);
  };
  for (const file of imports.keys()) follow(file, []);
  return circles;
}

/** Every name in the code of a file: not in its comments and texts. */
function namesIn(file: string): Set<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest));
  return found;
}

describe("imports go one way", () => {
  test.each(Object.entries(LAYERS))("%s imports of ours only: %j", (folder, allowed) => {
    const wrong = filesOf(folder).flatMap((file) =>
      importsOf(file)
        .filter((imported) => imported.startsWith("."))
        .filter((imported) => ![folder, ...allowed].includes(layerOf(file, imported)))
        .map((imported) => `${file}: ${imported}`),
    );
    expect(wrong).toEqual([]);
  });

  test("the stand-ins import nothing of the product, nor is anything of them imported but by one file", () => {
    const outside = (file: string) =>
      importsOf(file).filter(
        (imported) => imported.startsWith(".") && layerOf(file, imported) !== "offline",
      );
    const ofTheProduct = filesOf("offline")
      .filter((file) => !file.startsWith("offline/test/"))
      .flatMap((file) =>
        outside(file).map((imported) => resolve("/", file, "..", imported).slice(1)),
      );
    expect([...new Set(ofTheProduct)].sort()).toEqual(KNOWN_TO_OFFLINE);
    const users = Object.keys(LAYERS)
      .flatMap(filesOf)
      .filter((file) =>
        importsOf(file).some(
          (imported) => imported === "@slipway/offline" || layerOf(file, imported) === "offline",
        ),
      );
    expect(users).toEqual([KNOWS_OFFLINE]);
  });

  test("there is no circle of imports, types included", () => {
    const rooms = [...Object.keys(LAYERS), "offline", "test"];
    const files = new Map(
      rooms.flatMap(filesOf).map((file) => [
        file,
        importsOf(file)
          .filter((imported) => imported.startsWith("."))
          .map((imported) => join(file, "..", imported)),
      ]),
    );
    expect(files.size).toBeGreaterThan(500);
    expect(circlesOf(files)).toEqual([]);
    expect(circlesOf(new Map([...files, ["a", ["b"]], ["b", ["c"]], ["c", ["b"]]]))).toEqual([
      "b -> c -> b",
    ]);
  });
});

describe("the program is what its settings say, on every machine and at any time", () => {
  const program = loadedBy("infra/index.ts");
  /** What a resource runs as it is made is no part of the program, but for what that loads of it. */
  const isProgram = (file: string) =>
    !file.startsWith("components/kubernetes/steps/") || program.has(file);

  test("it does not load what the programs of its steps need", () => {
    expect([...program].filter((file) => file.startsWith("components/kubernetes/steps/"))).toEqual([
      "components/kubernetes/steps/definitions.ts",
      "components/kubernetes/steps/define-step.ts",
    ]);
    const packages = [...program].flatMap(loadsOf).filter((name) => !name.startsWith("."));
    expect(packages).toContain("@pulumi/kubernetes");
    expect(packages).not.toContain("@kubernetes/client-node");
  });

  test.each([...filesOf("components"), ...filesOf("stacks")].filter(isProgram))(
    "%s knows no config, environment, clock, chance or disk",
    (file) => {
      const builtin = importsOf(file).filter(isBuiltin);
      const ofSource = file === SHELL_FILE ? ["node:fs", "node:path"] : [];
      expect(builtin.filter((name) => name !== "node:crypto")).toEqual(ofSource);
      const names = namesIn(file);
      const never = [
        ...["Config", "getConfig", "getStack", "getProject", "process", "StackReference"],
        ...["Date", "performance", "setTimeout", "random", "randomBytes", "randomUUID", "fetch"],
      ];
      expect(never.filter((name) => names.has(name))).toEqual([]);
    },
  );

  test("of the disk it reads the scripts beside its components, each of which is read", () => {
    const read = filesOf("components").flatMap((file) =>
      shellFilesIn(file).map(([folder, name]) => {
        expect([file, folder]).toEqual([file, "import.meta.dirname"]);
        return join(dirname(file), name.replaceAll('"', ""));
      }),
    );
    const scripts = readdirSync(join(ROOT, "components"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".sh"))
      .map((file) => join("components", file));
    expect(scripts.length).toBeGreaterThan(10);
    expect([...new Set(read)].sort()).toEqual(scripts.sort());
  });

  test("the config is read in one place", () => {
    const readers = filesOf("infra").filter((file) => {
      const names = namesIn(file);
      return (
        ["getConfig", "allConfig"].some((name) => names.has(name)) ||
        read(file).includes("pulumi.Config")
      );
    });
    expect(readers).toEqual(["infra/settings/raw-config.ts"]);
  });
});

describe("files can be read", () => {
  test("infra/index.ts fits on a screen", () => {
    expect(read("infra/index.ts").trimEnd().split("\n").length).toBeLessThanOrEqual(40);
  });

  test("a component is one class in one file, under its name", () => {
    const classes = filesOf("components").flatMap((file) =>
      [...read(file).matchAll(/class (\w+) extends pulumi\.ComponentResource/g)].map((match) => ({
        file: basename(file),
        name: match[1] ?? "",
      })),
    );
    const kebab = (name: string) => name.replaceAll(/(?<!^)[A-Z]/g, "-$&").toLowerCase();
    expect(classes.length).toBeGreaterThan(0);
    expect(classes).toEqual(classes.map(({ name }) => ({ file: `${kebab(name)}.ts`, name })));
  });

  test("a component's type, which is part of the state for ever, is its folder and its class", () => {
    const typed = filesOf("components").flatMap((file) =>
      [...read(file).matchAll(/class (\w+) extends pulumi\.ComponentResource/g)].map((match) => ({
        file,
        type: `slipway:${basename(dirname(file))}:${match[1]}`,
      })),
    );
    const wrong = typed.filter(({ file, type }) => !read(file).includes(`super("${type}", name`));
    expect(wrong).toEqual([]);
    expect(new Set(typed.map(({ type }) => type)).size).toBe(typed.length);
  });

  test("files have names in kebab-case", () => {
    const files = [...Object.keys(LAYERS), "test"].flatMap(filesOf);
    expect(files.filter((file) => !/^[a-z0-9/.-]+$/.test(file))).toEqual([]);
  });

  test("programs write their errors with ops/progress.ts or pulumi.log, not the console", () => {
    const files = ["components", "stacks", "infra", "ops"].flatMap(filesOf);
    expect(files.filter((file) => namesIn(file).has("console"))).toEqual([]);
  });
});

describe("setup/bootstrap.mjs runs before anything is installed", () => {
  const file = "setup/bootstrap.mjs";

  test("it imports nothing but what Node has built in", () => {
    const imports = importsOf(file);
    expect(imports).not.toEqual([]);
    expect(imports.filter((name) => !name.startsWith("node:") || !isBuiltin(name))).toEqual([]);
  });

  test("it is plain JavaScript", () => {
    const run = () => execFileSync(process.execPath, ["--check", join(ROOT, file)]);
    expect(run).not.toThrow();
  });
});
