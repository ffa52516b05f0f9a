import type { Database } from "../database.ts";

export interface Author {
  readonly username: string;
  readonly bio: string | null;
  readonly image: string | null;
}

export interface ListedArticle {
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  readonly tagList: readonly string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly author: Author;
}

export interface Article extends ListedArticle {
  readonly body: string;
}

export interface NewArticle {
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  readonly body: string;
  readonly tagList: readonly string[];
  readonly authorId: string;
}

export interface ArticleFilter {
  readonly tag?: string;
  readonly author?: string;
  readonly limit: number;
  readonly offset: number;
}

export interface ArticlePage {
  readonly articles: readonly ListedArticle[];
  /** How many match the filter in all, whatever the page. */
  readonly count: number;
}

export interface ArticleRepository {
  /** False when the slug belongs to another article: try the next one. */
  create(article: NewArticle): Promise<boolean>;
  findBySlug(slug: string): Promise<Article | undefined>;
  list(filter: ArticleFilter): Promise<ArticlePage>;
}

export function postgresArticles(sql: Database): ArticleRepository {
  const listedColumns = sql`
    articles.slug, articles.title, articles.description,
    articles.created_at, articles.updated_at,
    array(
      select tag from article_tags where article_id = articles.id order by position
    ) as tag_list,
    json_build_object(
      'username', users.username, 'bio', users.bio, 'image', users.image
    ) as author`;
  const withAuthor = sql`articles join users on users.id = articles.author_id`;

  return {
    async create({ slug, title, description, body, tagList, authorId }) {
      // One statement, so the article and its tags appear together or not at all.
      const [created] = await sql<{ articles: number }[]>`
        with article as (
          insert into articles (slug, title, description, body, author_id)
          values (${slug}, ${title}, ${description}, ${body}, ${authorId})
          on conflict (slug) do nothing
          returning id
        ), tagged as (
          insert into article_tags (article_id, tag, position)
          select article.id, entry.tag, entry.position
          from article, unnest(${[...tagList]}::text[]) with ordinality as entry (tag, position)
        )
        select count(*)::int as articles from article`;
      return created?.articles === 1;
    },

    async findBySlug(slug) {
      const [article] = await sql<Article[]>`
        select ${listedColumns}, articles.body from ${withAuthor} where articles.slug = ${slug}`;
      return article;
    },

    async list({ tag, author, limit, offset }) {
      const byTag =
        tag === undefined
          ? sql`true`
          : sql`exists (
              select from article_tags where article_id = articles.id and tag = ${tag}
            )`;
      const byAuthor =
        author === undefined ? sql`true` : sql`lower(users.username) = lower(${author})`;
      const [articles, [total]] = await Promise.all([
        sql<ListedArticle[]>`
          select ${listedColumns} from ${withAuthor} where ${byTag} and ${byAuthor}
          order by articles.created_at desc, articles.id desc
          limit ${limit} offset ${offset}`,
        sql<[{ count: number }]>`
          select count(*)::int as count from ${withAuthor} where ${byTag} and ${byAuthor}`,
      ]);
      return { articles, count: total.count };
    },
  };
}
