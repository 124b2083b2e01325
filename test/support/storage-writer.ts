import { openStorage } from "../../src/storage/index.ts";
import { labelRow, scoreRow } from "./stored-rows.ts";

/**
 * A process of its own: commits batches of labels, each with a score in the same transaction, and prints `BATCH ROWS` after
 * each commit, until it is killed. Arguments: URL, prefix of the batches' names, rows of the largest batch.
 */
const [url = "", prefix = "", largest = "1"] = process.argv.slice(2);
const { db } = await openStorage(url, { log: { debug() {}, info() {}, warn() {}, error() {} } });
for (let batch = 0; ; batch += 1) {
  const key = `${prefix}-${batch}`;
  const rows = 1 + ((batch * 7) % Number(largest));
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto("labels")
      .values(Array.from({ length: rows }, () => labelRow({ key })))
      .execute();
    await transaction
      .insertInto("scores")
      .values(scoreRow({ content: key }))
      .execute();
  });
  process.stdout.write(`${key} ${rows}\n`);
}
