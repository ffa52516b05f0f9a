import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readConfig } from "../../../../infra/settings/config.ts";
import { readSettings } from "../../../../infra/settings/read.ts";
import { is, type Table } from "../../../../infra/settings/setting.ts";
import { SETTINGS, SUBJECTS } from "../../../../infra/settings/table.ts";
import { integer, secretLine } from "../../../../infra/settings/value-types.ts";
import { settingsCheck } from "../../../../ops/doctor/settings.ts";
import { answersFor } from "../../../../ops/init/answers.ts";
import { missingSecrets, settingKeys } from "../../../../ops/init/make-stack.ts";
import { ROOT } from "../../../../ops/project.ts";
import { reviewConfig } from "../../../../ops/review/derived-config.ts";
import { descriptionOf } from "../../../../ops/settings/description.ts";
import { settingsFiles } from "../../../../ops/settings/files.ts";
import { withSettings } from "../../../../ops/settings/project-block.ts";
import { dummyOf, generatedSecrets, isEncryptedValue } from "../../../../ops/settings/secrets.ts";
import { settingsPage } from "../../../../ops/settings/settings-page.ts";
import { defaults, messageOf, problems, secrets, type Values } from "../../infra/config.ts";
import { stackWith, worldWith } from "../doctor/world.ts";

describe("The file", () => {
  test.each(Object.entries(settingsFiles()))("%s is what the table says", (file, text) => {
    // Otherwise type: npm run settings
    expect(readFileSync(join(ROOT, file), "utf8")).toBe(text);
  });
});

const ADDED = {
  teaPots: {
    type: integer(1, 9),
    default: "2",
    description: "Pots of tea of a `container`. They are hot.",
    example: "3",
    for: [is("database", "container")],
    review: "share",
    init: { text: "Pots of tea", usual: "4" },
  },
  teaKey: {
    type: secretLine(8),
    secret: true,
    generated: {},
    dummy: "no tea at all",
    description: "Key of the tea.",
    example: "<key",
    required: [is("database", "container")],
    review: "drop",
  },
} as const satisfies Table;
const TABLE = { ...SETTINGS, ...ADDED };
const WITH_TEA = { ...SUBJECTS, Tea: ADDED };

/** Gives the program a config of the defaults, the secrets and these values. */
function configure(values: Values): void {
  const config = Object.entries({ ...defaults, ...secrets, ...values });
  const full = config.map(([key, value]) => [`slipway:${key}`, value] as const);
  const encrypted = Object.entries<Table[string]>(TABLE).filter(([, { secret }]) => secret);
  pulumi.runtime.setAllConfig(
    Object.fromEntries(full),
    encrypted.map(([key]) => `slipway:${key}`),
  );
}

describe("A setting that is added to the table", () => {
  test("is in the config block of Pulumi.yaml", () => {
    const project = readFileSync(join(ROOT, "Pulumi.yaml"), "utf8");
    const { config } = parse(withSettings(project, WITH_TEA));
    expect(config.teaPots).toEqual({
      type: "string",
      default: "2",
      description: "Pots of tea of a `container` (1 to 9). They are hot.",
    });
    expect(config.teaKey.description).toBe("Secret, at least 8 characters. Key of the tea.");
    expect(config["pulumi:disable-default-providers"]).toEqual({ value: ["*"] });
  });

  test("is in docs/settings.md", () => {
    const page = settingsPage(WITH_TEA);
    expect(page).toContain("\n## Tea\n");
    expect(page).toContain(
      `| \`teaPots\` | \`2\` | ${descriptionOf(ADDED.teaPots)} | \`3\` | shared |`,
    );
    expect(page).toContain("Key of the tea. Required if `database` is `container`. |");
  });

  test("is a typed value", () => {
    configure({ teaPots: "7", teaKey: "a long key" });
    const { values } = readConfig(TABLE, { project: "slipway", stack: "dev" });
    const pots: number = values.teaPots;
    expect([pots, values.teaKey]).toEqual([7, "a long key"]);
    expect(readSettings("slipway", "dev", TABLE).app.port).toBe(3000);
  });

  test("is no setting to the program without it, and with it is checked, with the line to type", () => {
    configure({ teaPots: "10", teaPotz: "1" });
    expect(messageOf(() => readSettings("slipway", "dev"))).toContain("teaPots is not a setting");
    expect(messageOf(() => readSettings("slipway", "dev", TABLE))).toBe(
      problems(
        [
          'slipway:teaPots is "10"; it must be a whole number from 1 to 9.',
          "pulumi config set teaPots NUMBER",
        ],
        [
          'slipway:teaKey is missing, and database is "container".',
          "pulumi config set --secret teaKey",
        ],
        ["slipway:teaPotz is not a setting; did you mean teaPots?", "pulumi config rm teaPotz"],
      ),
    );
  });

  test("is asked for by init where it matters, and made where it is a secret", async () => {
    const asked: string[] = [];
    const ask = async (question: string, usual: string | undefined) => {
      asked.push(question);
      return usual ?? "server.example";
    };
    const { values } = await answersFor({}, {}, ask, TABLE);
    expect(asked).toContain("Pots of tea");
    expect(values).toMatchObject({ teaPots: "4" });
    const without = await answersFor({}, { database: "none" }, undefined, TABLE).catch(String);
    expect(without).not.toContain("teaPots");
    expect(settingKeys(TABLE).secret).toContain("teaKey");
    expect(missingSecrets([], {}, TABLE)).toContain("teaKey");
  });

  test("is in the doctor's line", async () => {
    const stack = {
      ...stackWith({ teaPots: "many", teaKey: "a long key" }),
      secrets: settingKeys(TABLE).secret,
    };
    expect(await settingsCheck(TABLE).run(worldWith({}, { stack }))).toEqual({
      state: "wrong",
      says: 'slipway:teaPots is "many"; it must be a whole number from 1 to 9.',
      type: "npm run pulumi -- config set teaPots NUMBER -s dev",
    });
  });

  test("has its dummy in preview:example", () => {
    expect(generatedSecrets({}, TABLE)).toContain("teaKey");
    expect(dummyOf("teaKey", TABLE)).toBe("no tea at all");
  });

  test("goes into the config of a review stack as it says", () => {
    const like = {
      reviewDomain: { value: "review.example" },
      teaPots: { value: "3" },
      teaKey: { value: "hush", secret: true },
    };
    const wish = { slug: "fix", like: "dev", branch: "fix", until: "", image: "app:1", reach: {} };
    expect(reviewConfig(like, wish, TABLE)["teaPots"]).toEqual({ value: "3" });
    expect(reviewConfig(like, wish, TABLE)).not.toHaveProperty("teaKey");
    expect(reviewConfig(like, wish)).not.toHaveProperty("teaPots");
  });
});

describe("In the table", () => {
  const all = Object.entries<Table[string]>(SETTINGS);

  test("no key is in two subjects", () => {
    const keys = Object.values(SUBJECTS).flatMap((table) => Object.keys(table));
    expect(keys).toEqual(Object.keys(SETTINGS));
  });

  test("each condition is about a setting, and of a choice about one that there is", () => {
    const conditions = all.flatMap(([, { for: of = [], required = [] }]) => [
      ...of,
      ...(required === "always" ? [] : required),
    ]);
    expect(conditions.length).toBeGreaterThan(20);
    const wrong = conditions.filter(({ key, is: values = [], unless = key }) => {
      const setting = new Map(all).get(key);
      const { choices = values } = setting?.type ?? {};
      return !(setting && unless in SETTINGS && values.every((one) => choices.includes(one)));
    });
    expect(wrong).toEqual([]);
  });

  test("what a review stack has of its own is what its config sets, or a secret that is made", () => {
    const like = { reviewDomain: { value: "review.example" } };
    const wish = { slug: "fix", like: "dev", branch: "fix", until: "", image: "app:1", reach: {} };
    const set = [like, { ...like, target: { value: "kubernetes" } }].flatMap((one) =>
      Object.keys(reviewConfig(one, wish)),
    );
    const own = all.filter(([, { review }]) => review === "own").map(([key]) => key);
    const expected = new Set([...set, ...generatedSecrets()]);
    expected.delete("target");
    expect([...own].sort()).toEqual([...expected].sort());
  });

  test("each example is taken", () => {
    const wrong = all
      .filter(([, { example }]) => !example.startsWith("<"))
      .map(([key, { example }]) => {
        const value = example.replace(/^'(.*)'$/, "$1");
        configure({ [key]: value });
        const { problems: found } = readConfig(SETTINGS, { project: "slipway", stack: "dev" });
        return found.filter(({ setting, text }) => setting === key && text.includes("must"));
      });
    expect(wrong.flat()).toEqual([]);
  });
});

describe("A value of a stack's file", () => {
  test.each([
    [true, { secure: "v1:AAAA" }],
    [true, { TOKEN: { secure: "v1:AAAA" } }],
    [false, { LOG_LEVEL: "info" }],
    [false, ["10.0.0.0/8"]],
    [false, "secure"],
    [false, null],
  ])("is encrypted: %s for %j", (isEncrypted, value) => {
    expect(isEncryptedValue(value)).toBe(isEncrypted);
  });
});
