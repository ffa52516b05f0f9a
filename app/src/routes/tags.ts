import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { TagRepository } from "../repositories/tags.ts";
import { errorResponses } from "../schemas/error.ts";
import { TagsResponse } from "../schemas/tag.ts";

interface TagRoutesOptions {
  readonly tags: TagRepository;
}

export const tagRoutes: FastifyPluginAsyncTypebox<TagRoutesOptions> = async (app, { tags }) => {
  app.get(
    "/tags",
    { schema: { response: { 200: TagsResponse, ...errorResponses } } },
    async () => ({ tags: [...(await tags.list())] }),
  );
};
