import { existsSync } from "node:fs";
import { type Check, none, ok, wrong } from "./check.ts";

export const digitalOcean: Check = {
  name: "DigitalOcean",
  async run({ env, fetch, stack }) {
    const { target, host, digitaloceanToken } = stack?.settings ?? {};
    if (target === "kubernetes" || host !== "droplet") return none("this stack has nothing there");
    const token = digitaloceanToken || env["DIGITALOCEAN_TOKEN"];
    if (!token) {
      return wrong("there is no token", "read -rs DIGITALOCEAN_TOKEN && export DIGITALOCEAN_TOKEN");
    }
    const url = "https://api.digitalocean.com/v2/account";
    const answer = await fetch(url, { authorization: `Bearer ${token}` }).catch(() => undefined);
    if (answer === undefined) return none("there is a token, and no network to try it");
    return answer.ok
      ? ok("takes the token")
      : wrong(
          `refuses the token (${answer.status})`,
          "read -rs DIGITALOCEAN_TOKEN && export DIGITALOCEAN_TOKEN",
        );
  },
};

export const google: Check = {
  name: "Google Cloud",
  async run({ env, run, stack }) {
    const { target, host, cluster, gcpProject } = stack?.settings ?? {};
    const isThere = target === "kubernetes" ? cluster === "gke" : host === "gce";
    const hasState = (env["PULUMI_BACKEND_URL"] ?? "").startsWith("gs://");
    if (stack === undefined || !(isThere || hasState)) return none("this stack has nothing there");
    const file = env["GOOGLE_APPLICATION_CREDENTIALS"];
    if (file && !existsSync(file)) {
      return wrong(
        "GOOGLE_APPLICATION_CREDENTIALS names a file that is not there",
        "unset GOOGLE_APPLICATION_CREDENTIALS",
      );
    }
    if (file || env["GOOGLE_OAUTH_ACCESS_TOKEN"]) {
      return ok("the environment has credentials");
    }
    const token = await run("gcloud", ["auth", "application-default", "print-access-token"], 30);
    if (token.code === 127) {
      return wrong("gcloud is missing", "see https://cloud.google.com/sdk/docs/install");
    }
    if (token.code !== 0) return wrong("no login", "gcloud auth application-default login");
    if (!gcpProject) return ok("logged in");
    const project = await run("gcloud", ["projects", "describe", gcpProject], 30);
    return project.code === 0
      ? ok(`knows the project ${gcpProject}`)
      : wrong(`shows no project ${gcpProject}`, "gcloud projects list");
  },
};
