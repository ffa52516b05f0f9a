import type { AppParts } from "../../src/app.ts";
import type { Article, ArticleRepository, NewArticle } from "../../src/repositories/articles.ts";
import { TakenError, type User, type UserRepository } from "../../src/repositories/users.ts";
import { Tokens } from "../../src/tokens.ts";

/** All that an app is made of, in memory: what a test does not replace just works. */
export function fakeParts(replaced: Partial<AppParts> = {}): AppParts {
  const users = fakeUsers();
  return {
    users,
    articles: fakeArticles(users),
    tags: { list: async () => ["one", "two"] },
    tokens: new Tokens("a secret that is for tests alone"),
    release: { version: "v1.2.3", commit: "abc123", image: "registry/app@sha256:1" },
    checkReadiness: async () => undefined,
    logger: false,
    ...replaced,
  };
}

function fakeUsers(): UserRepository {
  const all: User[] = [];
  return {
    async create(user) {
      if (all.some(({ username }) => username === user.username)) throw new TakenError("username");
      if (all.some(({ email }) => email === user.email)) throw new TakenError("email");
      const created = { ...user, id: String(all.length + 1), bio: null, image: null };
      all.push(created);
      return created;
    },
    findById: async (id) => all.find((user) => user.id === id),
    findByEmail: async (email) => all.find((user) => user.email === email),
  };
}

function fakeArticles(users: UserRepository): ArticleRepository {
  const all: Article[] = [];
  return {
    async create(article) {
      if (all.some(({ slug }) => slug === article.slug)) return false;
      all.unshift(await withAuthor(article, users));
      return true;
    },
    findBySlug: async (slug) => all.find((article) => article.slug === slug),
    list: async ({ limit, offset }) => ({
      articles: all.slice(offset, offset + limit),
      count: all.length,
    }),
  };
}

async function withAuthor(article: NewArticle, users: UserRepository): Promise<Article> {
  const author = await users.findById(article.authorId);
  if (author === undefined) throw new Error(`There is no user ${article.authorId}.`);
  const written = new Date("2026-01-02T03:04:05.678Z");
  return { ...article, author, createdAt: written, updatedAt: written };
}
