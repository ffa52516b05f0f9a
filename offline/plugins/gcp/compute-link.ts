/** What Compute Engine calls a thing; its id, `projects/...`, is the end of it. */
export function selfLink(id: string): string {
  return `https://www.googleapis.com/compute/v1/${id}`;
}
