import type { GitLab } from "../gitlab/client.ts";
import { GitLabError } from "../gitlab/http.ts";
import { markerOf } from "./markdown.ts";

type Notes = Pick<GitLab, "notes" | "createNote" | "updateNote">;

/** Keeps the one note of a stack on a merge request: edits it where it is there, and writes it where not. */
export async function keepNote(
  gitlab: Notes,
  mergeRequest: number,
  stack: string,
  body: string,
): Promise<"written" | "changed" | "the same"> {
  const notes = await gitlab.notes(mergeRequest);
  const own = notes.filter((note) => !note.system && note.body.startsWith(markerOf(stack)));
  for (const note of own) {
    if (note.body.trim() === body.trim()) return "the same";
    try {
      await gitlab.updateNote(mergeRequest, note.id, body);
      return "changed";
    } catch (error) {
      // Somebody else's, who has copied the marker: it is theirs to change.
      if (!(error instanceof GitLabError) || ![403, 404].includes(error.status)) throw error;
    }
  }
  await gitlab.createNote(mergeRequest, body);
  return "written";
}
