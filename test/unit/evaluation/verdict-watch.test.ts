import test from "node:test";
import { sql } from "../../../src/storage/index.ts";
import { eventually } from "../../support/simulated-gateway.ts";
import { openTestEvaluation } from "../../support/evaluation.ts";

test("the record of decisions is checked soon after the start and every hour: a changed entry shows on the metrics page", async () => {
  const opened = await openTestEvaluation();
  const { evaluation, clock, storage, instruments } = opened;
  const valid = async () => (await instruments.auditValid.get()).values[0]?.value;
  await evaluation.audit.append("verdict", "gateway", { verdict: "collecting" });
  evaluation.start();
  clock.advance(10_000);
  await eventually(async () => (await valid()) === 1, "the record is whole");
  await sql`drop trigger audit_no_update`.execute(storage.db);
  await storage.db.updateTable("audit").set({ body: '{"verdict":"promote"}' }).execute();
  for (let tick = 0; tick < 360; tick += 1) {
    clock.advance(10_000);
    await new Promise(setImmediate);
  }
  await eventually(async () => {
    clock.advance(10_000);
    return (await valid()) === 0;
  }, "the change is noticed");
  await opened.close();
});
