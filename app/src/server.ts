import closeWithGrace from "close-with-grace";
import { composeApp } from "./compose.ts";
import { EnvError, parseServerEnv, type ServerEnv } from "./env.ts";
import { loggerOptions } from "./logger.ts";

// Longer than any request may take, shorter than the patience of whoever sends SIGTERM.
const CLOSE_WITHIN_MS = 25_000;

const env = readEnvOrExit();
const app = await composeApp(env, loggerOptions);

closeWithGrace({ delay: CLOSE_WITHIN_MS, logger: app.log }, async ({ signal, err }) => {
  if (err) app.log.fatal({ err }, "stopping after an unexpected error");
  else app.log.info({ signal }, "finishing the requests under way");
  await app.close();
});

await app.listen({ host: "0.0.0.0", port: env.port });

function readEnvOrExit(): ServerEnv {
  try {
    return parseServerEnv(process.env);
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
