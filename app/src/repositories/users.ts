import postgres from "postgres";
import type { Database } from "../database.ts";

export interface User {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly bio: string | null;
  readonly image: string | null;
}

export interface NewUser {
  readonly username: string;
  readonly email: string;
  readonly passwordHash: string;
}

export interface UserRepository {
  /** Throws a TakenError when the username or the email is somebody's already. */
  create(user: NewUser): Promise<User>;
  findById(id: string): Promise<User | undefined>;
  findByEmail(email: string): Promise<User | undefined>;
}

export class TakenError extends Error {
  readonly field: "username" | "email";

  constructor(field: "username" | "email") {
    super(`This ${field} has already been taken.`);
    this.name = "TakenError";
    this.field = field;
  }
}

const UNIQUE_VIOLATION = "23505";
const FIELD_BY_INDEX: Readonly<Record<string, TakenError["field"]>> = {
  users_username_key: "username",
  users_email_key: "email",
};

export function postgresUsers(sql: Database): UserRepository {
  const columns = sql`id, username, email, password_hash, bio, image`;
  return {
    async create({ username, email, passwordHash }) {
      try {
        const [user] = await sql<[User]>`
          insert into users (username, email, password_hash)
          values (${username}, ${email}, ${passwordHash})
          returning ${columns}`;
        return user;
      } catch (error) {
        throw takenError(error) ?? error;
      }
    },

    async findById(id) {
      const [user] = await sql<User[]>`select ${columns} from users where id = ${id}`;
      return user;
    },

    async findByEmail(email) {
      const [user] = await sql<User[]>`
        select ${columns} from users where lower(email) = lower(${email})`;
      return user;
    },
  };
}

function takenError(error: unknown): TakenError | undefined {
  if (!(error instanceof postgres.PostgresError) || error.code !== UNIQUE_VIOLATION) {
    return undefined;
  }
  const field = FIELD_BY_INDEX[error.constraint_name ?? ""];
  return field === undefined ? undefined : new TakenError(field);
}
