import { Type } from "typebox";
import { nonBlank } from "./text.ts";

// RFC 5321 allows no longer address.
const EMAIL_MAX_LENGTH = 254;
// A limit at all, because each sign-in hashes what it is sent.
const PASSWORD_MAX_LENGTH = 256;
const PASSWORD_MIN_LENGTH = 8;

export const RegisterBody = Type.Object({
  user: Type.Object({
    username: nonBlank(50),
    email: Type.String({ pattern: "\\S", format: "email", maxLength: EMAIL_MAX_LENGTH }),
    password: Type.String({
      pattern: "\\S",
      minLength: PASSWORD_MIN_LENGTH,
      maxLength: PASSWORD_MAX_LENGTH,
    }),
  }),
});

export const LoginBody = Type.Object({
  user: Type.Object({
    email: nonBlank(EMAIL_MAX_LENGTH),
    password: nonBlank(PASSWORD_MAX_LENGTH),
  }),
});

export const UserResponse = Type.Object({
  user: Type.Object({
    email: Type.String(),
    token: Type.String(),
    username: Type.String(),
    bio: Type.Union([Type.String(), Type.Null()]),
    image: Type.Union([Type.String(), Type.Null()]),
  }),
});
