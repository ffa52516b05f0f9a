import { userInfo } from "node:os";

/** Whom the record of releases names: the pipeline's user, or the one of the terminal. */
export function actor(): string {
  const { GITLAB_USER_LOGIN, USER } = process.env;
  return (GITLAB_USER_LOGIN || USER || userInfo().username).replaceAll(/[^\w.@-]/g, "");
}
