import type { LookUp } from "../simulated/look-up.ts";

/** As whom the provider acts; a token that it was not given is made up. */
export const getClientConfig: LookUp = {
  arguments: [],

  answer: (_, settings) => {
    const { project = "", region = "", zone = "" } = settings;
    return {
      accessToken: settings["accessToken"] ?? process.env["GOOGLE_OAUTH_ACCESS_TOKEN"] ?? "dummy",
      defaultLabels: {},
      id: `projects/"${project}"/regions/"${region}"/zones/"${zone}"`,
      project,
      region,
      zone,
    };
  },

  outside: "clientConfig",
};
