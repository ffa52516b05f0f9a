import { type Check, none, ok, wrong } from "./check.ts";

/** What a job of a pipeline has to have; on a laptop nothing of it matters. */
export const gitlab: Check = {
  name: "GitLab variables",
  async run({ env, stack }) {
    if (env["GITLAB_CI"] === undefined) return none("this is no job of a pipeline");
    const file = env["PULUMI_CONFIG_PASSPHRASE_FILE"];
    const wanted = [
      ...(env["PULUMI_BACKEND_URL"] || env["PULUMI_ACCESS_TOKEN"] ? [] : ["PULUMI_BACKEND_URL"]),
      ...(stack?.settings["host"] === "droplet" && !env["DIGITALOCEAN_TOKEN"]
        ? ["DIGITALOCEAN_TOKEN"]
        : []),
    ];
    if (file !== undefined && !file.startsWith("/")) {
      return wrong(
        "PULUMI_CONFIG_PASSPHRASE_FILE is no path",
        "at GitLab, Settings > CI/CD > Variables: give it the type File",
      );
    }
    return wanted.length === 0
      ? ok("are there")
      : wrong(
          `${wanted.join(", ")} missing`,
          "at GitLab, Settings > CI/CD > Variables: set it, with this environment as its scope",
        );
  },
};
