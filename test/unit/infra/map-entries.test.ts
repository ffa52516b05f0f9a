import { expect, test, vi } from "vitest";
import { messageOf, problems, read } from "./config.ts";

/** As where the stack's file has each map as YAML, whose entries can be removed one by one. */
vi.mock("../../../infra/stack-config-file.ts", () => ({ isMapInStackFile: () => true }));

test("a wrong entry of a map is removed by itself: the others stay, and none is shown", () => {
  const values = {
    appEnv: '{"GREETING":"hush","PORT":"hush","LIST":["hush"]}',
    rateLimits: '{"/login":"hush","/":"5r/m"}',
    processes: '{"My Worker":"hush","worker":"work"}',
  };
  const message = messageOf(() => read(values));
  expect(message).not.toContain("hush");
  expect(message.match(/pulumi config .*/g)).toEqual([
    `pulumi config rm --path 'rateLimits["/login"]' -s dev`,
    `pulumi config rm --path 'processes["My Worker"]' -s dev`,
    "pulumi config rm --path 'appEnv.LIST' -s dev",
    "pulumi config rm --path 'appEnv.PORT' -s dev",
  ]);
  expect(messageOf(() => read({ appEnv: '{"LIST":[1]}' }))).toBe(
    problems([
      "slipway:appEnv has LIST, which is no string.",
      "pulumi config rm --path 'appEnv.LIST'",
    ]),
  );
});
