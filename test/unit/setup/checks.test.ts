import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { UserError } from "../../../ops/user-error.ts";
import { checkDiskSpace, checkPort } from "../../../setup/checks.ts";

const docker = vi.hoisted(() => ({ publishes: "" }));
vi.mock("../../../setup/run.ts", () => ({
  run: async () => ({ code: 0, stdout: docker.publishes, stderr: "" }),
}));

afterEach(() => void vi.unstubAllEnvs());

describe("the room on a disk", () => {
  const MIB = 1024 * 1024;

  test("enough of it says nothing", async () => {
    await expect(checkDiskSpace(["/data"], async () => 3072 * MIB)).resolves.toBeUndefined();
  });

  test("too little of it is an error that says where, how much, and what to do", async () => {
    const free = async (folder: string) => (folder === "/data" ? 3071.9 : 9999) * MIB;
    await expect(checkDiskSpace(["/enough", "/data"], free)).rejects.toThrow(
      new UserError(
        "The disk of /data has 3071 MiB free; Slipway needs 3072 MiB. " +
          "Free some (`docker system df` shows what Docker keeps), or set SLIPWAY_MIN_FREE_MIB " +
          "if you know that less will do.",
      ),
    );
  });

  test("whoever knows that less will do can say so", async () => {
    vi.stubEnv("SLIPWAY_MIN_FREE_MIB", "100");
    await expect(checkDiskSpace(["/data"], async () => 100 * MIB)).resolves.toBeUndefined();
    await expect(checkDiskSpace(["/data"], async () => 99 * MIB)).rejects.toThrow("99 MiB free");
  });
});

describe("the port that Nginx is to publish", () => {
  let server: Server | undefined;
  afterEach(async () => {
    docker.publishes = "";
    await new Promise((done) => (server === undefined ? done(0) : server.close(done)));
    server = undefined;
  });

  async function takenPort(): Promise<number> {
    const listening = createServer();
    server = listening;
    await new Promise<void>((done) => listening.listen(0, "127.0.0.1", done));
    return (listening.address() as { port: number }).port;
  }

  test("is refused when another program has it, with the line that chooses another", async () => {
    const port = await takenPort();
    const next = port < 65535 ? port + 1 : 8080;
    await expect(checkPort("local", "127.0.0.1", port)).rejects.toThrow(
      new UserError(
        `Port ${port} on 127.0.0.1 is taken by another program. Choose another one: ` +
          `\`npm run pulumi -- config set httpPort ${next} -s local\`, then run this command again.`,
      ),
    );
  });

  test("is fine when the stack's own Nginx has it", async () => {
    docker.publishes = "0123456789ab\n";
    await expect(checkPort("local", "127.0.0.1", await takenPort())).resolves.toBeUndefined();
  });

  test("is fine when nobody has it", async () => {
    const port = await takenPort();
    await new Promise((done) => server?.close(done));
    server = undefined;
    await expect(checkPort("local", "127.0.0.1", port)).resolves.toBeUndefined();
  });

  test("is left to the settings when it is no port at all", async () => {
    await expect(checkPort("local", "127.0.0.1", Number("http"))).resolves.toBeUndefined();
    await expect(checkPort("local", "127.0.0.1", 99_999)).resolves.toBeUndefined();
  });
});
