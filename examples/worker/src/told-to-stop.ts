/** Aborted by SIGTERM, and by Ctrl-C. */
export function toldToStop(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      console.log(`${signal}: finishing what is under way`);
      controller.abort();
    });
  }
  return controller.signal;
}
