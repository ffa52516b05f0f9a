import { execFileSync } from "node:child_process";

/**
 * Makes images of other versions of a stack's app at once, without its sources: they differ in the
 * commit that they say they are from. They carry the labels of the stack's own image, and go with it.
 */
export function readyImages(base: string, repository: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const reference = `${repository}:v${index + 1}`;
    execFileSync("docker", ["build", "--quiet", "--tag", reference, "-"], {
      input: `FROM ${base}\nENV APP_COMMIT=${commitOf(reference)}\n`,
      stdio: ["pipe", "ignore", "pipe"],
    });
    return reference;
  });
}

/** What such an image says that it was built from. */
export function commitOf(reference: string): string {
  return reference.slice(reference.lastIndexOf(":") + 1);
}
