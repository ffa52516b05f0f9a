import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { stackFile } from "./project.ts";
import { UserError } from "./user-error.ts";

interface StackFile {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly secretsprovider?: string;
  readonly encryptionsalt?: string;
  readonly encryptedkey?: string;
}

/**
 * What a stack's file has; nothing where there is none.
 *
 * @throws UserError with the place of an error, where it is not YAML.
 */
export function readStackFile(stack: string): StackFile {
  const file = stackFile(stack);
  if (!existsSync(file)) return {};
  try {
    return parse(readFileSync(file, "utf8")) ?? {};
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const name = basename(file);
    const { line = 1, col = 1 } = error.linePos?.[0] ?? {};
    const reason = error.message.split(/ at line \d/)[0];
    throw new UserError(
      `${name} is not YAML, in line ${line}, column ${col}: ${reason}. Mend it there. ` +
        `Type: \${EDITOR:-vi} +${line} ${name}`,
    );
  }
}
