/** The shell gives its place to a simple command, which so gets the signals itself. */
export function inPlaceOfShell(command: string): string {
  return /[;&|]/.test(command) ? command : `exec ${command}`;
}
