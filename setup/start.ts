import { releaseDeadLocks } from "../ops/locks/local.ts";
import { duration, say } from "../ops/progress.ts";
import { LOCAL_STACK, OWN } from "../ops/project.ts";
import { repairInterrupted } from "../ops/repair.ts";
import { up } from "../ops/up.ts";
import { newCommand } from "../ops/verbs/command.ts";
import { acceptDataLossOption } from "../ops/verbs/options.ts";
import { defineVerb } from "../ops/verbs/verb.ts";
import { openStack } from "../ops/workspace.ts";
import { checkDiskSpace, checkPort, dockerFolder } from "./checks.ts";
import { ensureDocker } from "./docker-engine.ts";
import { ensureLocalStack, localSetting } from "./local-stack.ts";
import { alone } from "./lock.ts";
import { ensureTools } from "./tools.ts";

const command = newCommand(
  "start",
  "Set up this machine and deploy the stack `local` on it: `npm start`.",
).addOption(acceptDataLossOption());

export const start = defineVerb(command, {
  group: "This machine",
  needsPulumi: false,
  run: async ({ acceptDataLoss = [] }) => await startLocal(acceptDataLoss),
});

/** Everything that the stack `local` needs, then the stack itself. */
async function startLocal(acceptedLosses: readonly string[]): Promise<number> {
  const started = Date.now();
  return await alone("npm start", async () => {
    await checkDiskSpace([OWN]);
    await ensureDocker();
    await checkDiskSpace(await dockerFolder());
    const choice = await ensureTools();
    releaseDeadLocks(LOCAL_STACK);
    await ensureLocalStack(choice);
    const stack = await openStack(LOCAL_STACK);
    const { look } = await repairInterrupted(stack);
    if (localSetting("target") === "docker" && localSetting("host") === "local")
      await checkLocalPort();

    say(`▸ Deploying the stack ${LOCAL_STACK} ...`);
    const { changes, outputs } = await up(stack, look, acceptedLosses);
    say(
      changes === 0
        ? `✓ Nothing to change: ${duration(started)}`
        : `✓ Deployed: ${duration(started)}`,
    );
    process.stdout.write(
      farewell(String(outputs["url"]?.value), String(outputs["version"]?.value)),
    );
    return 0;
  });
}

/** With the defaults of a local stack, where config has none. */
async function checkLocalPort(): Promise<void> {
  const address = localSetting("bindAddress") || "127.0.0.1";
  await checkPort(LOCAL_STACK, address, Number(localSetting("httpPort") || "8080"));
}

function farewell(url: string, version: string): string {
  return `
${url} answers with version ${version}.

Try next:
  curl ${url}${localSetting("versionPath") || localSetting("healthPath")}
  npm run pulumi -- preview -s ${LOCAL_STACK}      what a change would do
  npm start                            after a change in app/: the next version, without a gap
  npm stop                             take it down and keep the data
`;
}
