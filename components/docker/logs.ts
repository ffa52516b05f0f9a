/** Logs of every container: the engine keeps no more than this of them, and `docker logs` reads it. */
export const boundedLogs = {
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "3" },
};
