import { type Static, Type } from "typebox";
import { nonBlank } from "./text.ts";

export const CreateArticleBody = Type.Object({
  article: Type.Object({
    title: nonBlank(200),
    description: nonBlank(500),
    body: nonBlank(100_000),
    tagList: Type.Optional(Type.Array(nonBlank(50), { maxItems: 20 })),
  }),
});

export const ListArticlesQuery = Type.Object({
  tag: Type.Optional(Type.String()),
  author: Type.Optional(Type.String()),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
  offset: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
});

export const SlugParams = Type.Object({ slug: Type.String() });

const Profile = Type.Object({
  username: Type.String(),
  bio: Type.Union([Type.String(), Type.Null()]),
  image: Type.Union([Type.String(), Type.Null()]),
  following: Type.Boolean(),
});

// The RealWorld API leaves the body out of lists.
const ListedArticle = Type.Object({
  slug: Type.String(),
  title: Type.String(),
  description: Type.String(),
  tagList: Type.Array(Type.String()),
  createdAt: Type.String({ format: "date-time" }),
  updatedAt: Type.String({ format: "date-time" }),
  favorited: Type.Boolean(),
  favoritesCount: Type.Integer(),
  author: Profile,
});

const Article = Type.Object({ ...ListedArticle.properties, body: Type.String() });

export const ArticleResponse = Type.Object({ article: Article });

export const ArticlesResponse = Type.Object({
  articles: Type.Array(ListedArticle),
  articlesCount: Type.Integer(),
});

export type ListedArticle = Static<typeof ListedArticle>;
export type ListArticlesQuery = Static<typeof ListArticlesQuery>;
