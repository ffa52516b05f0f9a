import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Static } from "typebox";
import { ApiError } from "../api-error.ts";
import { authenticate } from "../authenticate.ts";
import { hashPassword, verifyPassword } from "../password.ts";
import { TakenError, type User, type UserRepository } from "../repositories/users.ts";
import { errorResponses } from "../schemas/error.ts";
import { LoginBody, RegisterBody, UserResponse } from "../schemas/user.ts";
import type { Tokens } from "../tokens.ts";

interface UserRoutesOptions {
  readonly users: UserRepository;
  readonly tokens: Tokens;
}

// Compared against when nobody has the email, so that the answer's time does not tell.
const decoyHash = hashPassword("nobody signs in with this");

export const userRoutes: FastifyPluginAsyncTypebox<UserRoutesOptions> = async (
  app,
  { users, tokens },
) => {
  async function present(user: User): Promise<Static<typeof UserResponse>> {
    const { email, username, bio, image } = user;
    // A fresh token every time: who keeps coming back moves over to the current secret.
    return { user: { email, username, bio, image, token: await tokens.sign(user.id) } };
  }

  app.post(
    "/users",
    { schema: { body: RegisterBody, response: { 201: UserResponse, ...errorResponses } } },
    async (request, reply) => {
      const { username, email, password } = request.body.user;
      const passwordHash = await hashPassword(password);
      try {
        const user = await users.create({ username: username.trim(), email, passwordHash });
        return reply.code(201).send(await present(user));
      } catch (error) {
        if (!(error instanceof TakenError)) throw error;
        throw new ApiError(409, error.field, "has already been taken");
      }
    },
  );

  app.post(
    "/users/login",
    { schema: { body: LoginBody, response: { 200: UserResponse, ...errorResponses } } },
    async (request) => {
      const { email, password } = request.body.user;
      const user = await users.findByEmail(email);
      const matches = await verifyPassword(password, user?.passwordHash ?? (await decoyHash));
      if (user === undefined || !matches) throw new ApiError(401, "credentials", "invalid");
      return present(user);
    },
  );

  app.get(
    "/user",
    {
      onRequest: authenticate(tokens),
      schema: { response: { 200: UserResponse, ...errorResponses } },
    },
    async (request) => {
      const user = await users.findById(request.userId);
      if (user === undefined) throw new ApiError(401, "token", "is invalid");
      return present(user);
    },
  );
};
