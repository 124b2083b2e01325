import { CompiledQuery, createQueryId } from "kysely";
import type { DatabaseConnection, QueryResult } from "kysely";

/** Runs a statement that no query builder made, such as `commit`. */
export function runStatement<R>(connection: DatabaseConnection, text: string): Promise<QueryResult<R>> {
  return connection.executeQuery<R>({ ...CompiledQuery.raw(text), queryId: createQueryId() });
}

/** Savepoints, which both databases spell alike. */
export const savepoints = {
  savepoint: (connection: DatabaseConnection, name: string) => runQuoted(connection, "savepoint", name),
  rollbackToSavepoint: (connection: DatabaseConnection, name: string) => runQuoted(connection, "rollback to", name),
  releaseSavepoint: (connection: DatabaseConnection, name: string) => runQuoted(connection, "release", name),
};

async function runQuoted(connection: DatabaseConnection, verb: string, name: string): Promise<void> {
  await runStatement(connection, `${verb} "${name.replaceAll('"', '""')}"`);
}
