import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { ApiError } from "../api-error.ts";
import { authenticate } from "../authenticate.ts";
import type { ArticleRepository, ListedArticle } from "../repositories/articles.ts";
import type { UserRepository } from "../repositories/users.ts";
import {
  ArticleResponse,
  ArticlesResponse,
  CreateArticleBody,
  ListArticlesQuery,
  type ListedArticle as PresentedArticle,
  SlugParams,
} from "../schemas/article.ts";
import { errorResponses } from "../schemas/error.ts";
import { slugCandidates } from "../slug.ts";
import type { Tokens } from "../tokens.ts";

interface ArticleRoutesOptions {
  readonly articles: ArticleRepository;
  readonly users: UserRepository;
  readonly tokens: Tokens;
}

export const articleRoutes: FastifyPluginAsyncTypebox<ArticleRoutesOptions> = async (
  app,
  { articles, users, tokens },
) => {
  app.post(
    "/articles",
    {
      onRequest: authenticate(tokens),
      schema: { body: CreateArticleBody, response: { 201: ArticleResponse, ...errorResponses } },
    },
    async (request, reply) => {
      const { title, description, body, tagList = [] } = request.body.article;
      const author = await users.findById(request.userId);
      if (author === undefined) throw new ApiError(401, "token", "is invalid");
      const slug = await createUnderFreeSlug(articles, {
        title: title.trim(),
        description,
        body,
        tagList: distinctTags(tagList),
        authorId: author.id,
      });
      return reply.code(201).send(await presentBySlug(articles, slug));
    },
  );

  app.get(
    "/articles",
    {
      schema: {
        querystring: ListArticlesQuery,
        response: { 200: ArticlesResponse, ...errorResponses },
      },
    },
    async (request) => {
      const page = await articles.list(request.query);
      return { articles: page.articles.map(present), articlesCount: page.count };
    },
  );

  app.get(
    "/articles/:slug",
    { schema: { params: SlugParams, response: { 200: ArticleResponse, ...errorResponses } } },
    (request) => presentBySlug(articles, request.params.slug),
  );
};

async function createUnderFreeSlug(
  articles: ArticleRepository,
  article: Omit<Parameters<ArticleRepository["create"]>[0], "slug">,
): Promise<string> {
  const candidates = slugCandidates(article.title);
  let slug = candidates.next().value;
  while (!(await articles.create({ ...article, slug }))) slug = candidates.next().value;
  return slug;
}

async function presentBySlug(articles: ArticleRepository, slug: string) {
  const article = await articles.findBySlug(slug);
  if (article === undefined) throw new ApiError(404, "article", "not found");
  return { article: { ...present(article), body: article.body } };
}

/** Nobody can favorite or follow yet: the shape is the API's, the values are the only true ones. */
function present(article: ListedArticle): PresentedArticle {
  return {
    slug: article.slug,
    title: article.title,
    description: article.description,
    tagList: [...article.tagList],
    createdAt: article.createdAt.toISOString(),
    updatedAt: article.updatedAt.toISOString(),
    favorited: false,
    favoritesCount: 0,
    author: { ...article.author, following: false },
  };
}

function distinctTags(tags: readonly string[]): string[] {
  return [...new Set(tags.map((tag) => tag.trim()))];
}
