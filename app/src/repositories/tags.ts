import type { Database } from "../database.ts";

export interface TagRepository {
  /** Every tag in use, the most used first. */
  list(): Promise<readonly string[]>;
}

export function postgresTags(sql: Database): TagRepository {
  return {
    async list() {
      const rows = await sql<{ tag: string }[]>`
        select tag from article_tags group by tag order by count(*) desc, tag`;
      return rows.map(({ tag }) => tag);
    },
  };
}
