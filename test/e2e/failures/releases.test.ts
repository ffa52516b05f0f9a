import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Clone, docker, type Ended } from "../clone.ts";
import { ask, JANE, register, traffic } from "../conduit-client.ts";
import { type LoadedRequest, type LoopReport, RequestLoop } from "../request-loop.ts";
import { runbook } from "../runbook.ts";

/** A change of the app, which can be taken back. */
interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const SLOW_ROUTE: Edit = {
  file: "app/src/app.ts",
  from: "  return app;",
  to: `  app.get("/slow", async () => {
    await new Promise((done) => setTimeout(done, 3000));
    return parts.release;
  });
  return app;`,
};
const SLOW: LoadedRequest = { name: "slow", path: "/slow", status: 200, perSecond: 2 };

let clone: Clone;
let token: string;
const printed: string[] = [];

beforeAll(async () => {
  clone = await Clone.make();
  apply(SLOW_ROUTE);
  const { code, output } = await start();
  if (code !== 0) throw new Error(output);
  token = await register(clone.url);
});
afterAll(() => clone?.remove());

test("A migration that fails ends the start with the SQL error, and the release before serves on alone", async () => {
  const before = standing();
  const serving = await liveImage();
  clone.write("app/migrations/0003_broken.sql", "SELECT 1 / 1 FROM no_such_table;\n");

  const { code, output, answers, failures } = await startUnderLoad();

  expect(output).toContain('relation "no_such_table" does not exist');
  expect(code, output).toBe(1);
  expect(failures).toEqual([]);
  expect(imagesIn(answers)).toEqual([serving]);
  expect(standing()).toEqual(before);
});

test("The next start mends it: the new release takes over without a failed request, on the same Nginx and Postgres", async () => {
  const before = standing();
  const old = await liveImage();
  rmSync(join(clone.folder, "app/migrations/0003_broken.sql"), { force: true });
  apply({
    file: "app/public/index.html",
    from: "A place to share your knowledge.",
    to: "A place for second thoughts.",
  });
  apply({
    file: "app/src/app.ts",
    from: 'app.get("/slow"',
    to: 'app.get("/second", async () => "second");\n  app.get("/slow"',
  });

  const { code, output, answers, failures } = await startUnderLoad(SLOW);

  expect(failures).toEqual([]);
  expect(code, output).toBe(0);
  const image = await liveImage();
  expect(imagesIn(answers)).toEqual([old, image]);
  expect(await (await fetch(`${clone.url}/second`)).text()).toBe("second");
  expect(await (await fetch(clone.url)).text()).toContain("A place for second thoughts.");

  const after = standing();
  expect(after.ingress).toEqual(before.ingress);
  expect(after.database).toEqual(before.database);
  expect(after.web).toHaveLength(1);
  expect(after.web).not.toEqual(before.web);

  // Requests that were under way at the switch were finished by the release that had begun them.
  const switched = answers.find(({ name, body }) => name === "version" && body.includes(image));
  const finishedLate = answers.filter(
    ({ name, answered, body }) =>
      name === "slow" && body.includes(old) && answered > Number(switched?.answered),
  );
  expect(finishedLate).not.toEqual([]);
});

describe("a release that does not get ready", () => {
  beforeAll(async () => void (await clone.pulumi(["config", "set", "healthSeconds", "5"])));

  test.for([
    {
      title: "ends as it starts",
      edit: {
        file: "app/src/server.ts",
        from: "const env = readEnvOrExit();",
        to: 'throw new Error("the boiler is cold");',
      },
      says: ["The app ended before it was healthy", "the boiler is cold"],
    },
    {
      title: "answers its health path with 503",
      edit: {
        file: "app/src/routes/operations.ts",
        from: "const reason = await checkReadiness();",
        to: 'const reason: string | undefined = "the pump is stuck";',
      },
      says: ["The app was not healthy within 5 seconds", "503", "the pump is stuck"],
    },
    {
      title: "listens on loopback only",
      edit: { file: "app/src/server.ts", from: '"0.0.0.0"', to: '"127.0.0.1"' },
      says: ["the app may listen on 127.0.0.1 only", "Server listening at http://127.0.0.1:3000"],
    },
  ])(
    "One that $title fails with the last lines of its log, and the release before serves on",
    async ({ edit, says }) => {
      const serving = await liveImage();
      apply(edit);

      const { code, output, answers, failures } = await startUnderLoad();
      revert(edit);

      for (const text of says) expect(output).toContain(text);
      expect(code, output).toBe(1);
      expect(failures).toEqual([]);
      expect(imagesIn(answers)).toEqual([serving]);
    },
  );

  test("The next start mends it, and leaves one app container", async () => {
    await expectMended();
  });
});

describe("a release that is not what answers after the switch", () => {
  test("It fails, and Nginx is back at the last verified release", async () => {
    const serving = await liveImage();
    const edit = {
      file: "app/src/routes/operations.ts",
      from: "async () => release,",
      to: 'async () => ({ ...release, image: "somebody/else:1" }),',
    };
    apply(edit);

    const { code, output, answers, failures } = await startUnderLoad(SLOW);
    revert(edit);

    expect(output).toMatch(/After the switch, \S+\/version did not answer with slipway-/);
    expect(output).toContain("somebody/else:1");
    expect(output).toContain("Nginx is back at the last verified release.");
    expect(code, output).toBe(1);
    expect(failures).toEqual([]);
    expect(imagesIn(answers)).toEqual([serving, "somebody/else:1"]);
    expect(await liveImage()).toBe(serving);
  });

  test("The next start mends it, and leaves one app container", async () => {
    await expectMended();
  });
});

describe("a migration that loses data", () => {
  const LOSS = "DELETE FROM users;\n";

  test("It is not run when the dump that precedes it can't be taken, and the release before serves on", async () => {
    const serving = await liveImage();
    inDatabase("rm -rf /var/lib/postgresql/backups; touch /var/lib/postgresql/backups");
    clone.write("app/migrations/0003_loss.sql", LOSS);

    const { code, output } = await start();
    inDatabase("rm /var/lib/postgresql/backups");

    expect(output).toContain("could not be taken, so nothing was migrated");
    expect(code, output).toBe(1);
    expect(await liveImage()).toBe(serving);
    expect((await ask(clone.url, "/api/user", { token })).user.username).toBe(JANE.username);
  });

  test("The commands of the runbook bring back what it has lost, and the version before", async () => {
    const serving = await liveImage();
    const { code, output } = await start();
    expect(code, output).toBe(0);
    expect(usersNamed(JANE.username)).toBe(0);

    const end = await clone.shell(runbook(clone, "Go back to before a migration").join(""));
    printed.push(end.output);

    expect(end.code, end.output).toBe(0);
    expect(end.output).toMatch(/\d{8}T\d{6}Z-before-\S+\.dump/);
    expect(usersNamed(JANE.username)).toBe(1);
    expect(await liveImage()).toBe(serving);
    expect((await ask(clone.url, "/api/user", { token })).user.username).toBe(JANE.username);
  });
});

test("Nothing that these starts printed, failures included, shows a secret", async () => {
  for (const key of ["databasePassword", "appSecret"]) {
    const secret = (await clone.pulumi(["config", "get", key])).output.trim();
    expect(secret).toMatch(/^[\w-]{32}$/);
    expect(printed.join("\n")).not.toContain(secret);
  }
});

/** A start with the app as it is now, changed in one harmless place, so that it is another release. */
async function expectMended(): Promise<void> {
  const before = standing();
  clone.write("app/public/mended.txt", `${before.web.join()}\n`);

  const { code, output, failures } = await startUnderLoad();

  expect(failures).toEqual([]);
  expect(code, output).toBe(0);
  expect(await (await fetch(`${clone.url}/mended.txt`)).text()).toBe(`${before.web.join()}\n`);
  const after = standing();
  expect(after.web).toHaveLength(1);
  expect(before.web).not.toContain(after.web[0]);
  expect(after.ingress).toEqual(before.ingress);
}

async function start(): Promise<Ended> {
  clone.commit("next");
  const end = await clone.slipway(["start"]);
  printed.push(end.output);
  return end;
}

async function startUnderLoad(...more: LoadedRequest[]): Promise<Ended & LoopReport> {
  const loop = new RequestLoop(clone.url, [...traffic(token), ...more]);
  const [end] = await Promise.allSettled([start()]);
  const report = await loop.finish();
  if (end.status === "rejected") throw end.reason;
  return { ...end.value, ...report };
}

function inDatabase(script: string): string {
  return docker("exec", "--user", "postgres", standing().database[0] ?? "", "sh", "-euc", script);
}

const usersNamed = (name: string) =>
  Number(
    inDatabase(`psql -qXAt -d app -c "SELECT count(*) FROM users WHERE username = '${name}'"`),
  );

/** The image that answers through Nginx. */
async function liveImage(): Promise<string> {
  return (await ask(clone.url, "/version")).image;
}

/** The images that answered, in the order of their first answer. */
function imagesIn(answers: LoopReport["answers"]): string[] {
  const versions = answers.filter(({ name }) => name === "version");
  return [...new Set(versions.map(({ body }) => JSON.parse(body).image))];
}

/** The stack's containers, those that have ended included. */
function standing(): Record<"web" | "ingress" | "database" | "step", string[]> {
  const ids = (role: string) =>
    docker(
      ...["ps", "--all", "--quiet", "--no-trunc"],
      `--filter=label=slipway.stack=${clone.stack}`,
      `--filter=label=slipway.role=${role}`,
    )
      .split("\n")
      .filter(Boolean);
  return {
    web: ids("web"),
    ingress: ids("ingress"),
    database: ids("database"),
    step: ids("step"),
  };
}

function apply({ file, from, to }: Edit): void {
  const text = readFileSync(join(clone.folder, file), "utf8");
  if (!text.includes(from)) throw new Error(`${file} has no "${from}" to change.`);
  clone.write(
    file,
    text.replace(from, () => to),
  );
}

function revert({ file, from, to }: Edit): void {
  apply({ file, from: to, to: from });
}
