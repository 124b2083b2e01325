import { createEvaluationTables } from "./001-evaluation.ts";
import type { Migration } from "./migration.ts";

export type { DialectName, Migration } from "./migration.ts";

/** Every step of the schema, oldest first: the n-th one makes version n. A step that was released is never changed. */
export const migrations: readonly Migration[] = [createEvaluationTables];
