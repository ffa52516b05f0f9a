/** An error in the frame that the upstream SDK puts around each. */
export function upstreamError(message: string): string {
  return `1 error occurred:\n\t* ${message}\n\n`;
}
