import type { Table } from "../../infra/settings/setting.ts";
import { SETTINGS } from "../../infra/settings/table.ts";

/** The text of a setting that a stack's file does not have; empty where its default depends on others. */
export const defaultTextOf = (key: string, table: Table = SETTINGS): string =>
  table[key]?.default ?? "";
