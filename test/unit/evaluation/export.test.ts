import assert from "node:assert/strict";
import test from "node:test";
import { parse } from "yaml";
import type { ExportQuery } from "../../../schemas/index.ts";
import { candidate, openTestEvaluation, plainShirt } from "../../support/evaluation.ts";
import type { TestEvaluation } from "../../support/evaluation.ts";

async function read({ evaluation }: TestEvaluation, query: ExportQuery): Promise<string> {
  let text = "";
  for await (const piece of (await evaluation.export(query)).text) text += piece;
  return text;
}

/** RFC 4180, by a state machine of its own. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === ",") {
      row.push(cell);
      cell = "";
    } else if (character === "\r") {
      assert.equal(text[at + 1], "\n");
      rows.push([...row, cell]);
      row = [];
      cell = "";
      at += 1;
    } else cell += character;
  }
  assert.equal(cell, "", "ends with a line end");
  return rows;
}

async function fill(opened: TestEvaluation): Promise<void> {
  const metadata = { note: 'say "hi", twice\r\nor more', shop: "paris" };
  await opened.answer(
    { content: "c1", sampleId: "=1+1", metadata, attributes: { brand: "@home" } },
    { content: "c1", backend: candidate, attributes: null, metadata },
    { content: "c2", attributes: { color: 'light "sky", blue' }, confidence: null },
  );
  await opened.label({ request_id: "gar_c1", labels: { type: "shirt", brand: null }, design: "audit" });
  await opened.label({ request_id: "gar_c2", labels: plainShirt, design: "review" });
  await opened.evaluation.catchUp();
}

test("JSONL holds everything that a score was made of", async () => {
  const opened = await openTestEvaluation();
  await fill(opened);
  const rows = (await read(opened, { format: "jsonl" })).trim().split("\n");
  const [first, second] = rows.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(rows.length, 3);
  assert.ok(first && second);
  const expected = {
    garment: "gar_c1",
    sample_id: "=1+1",
    labels: { type: "shirt", brand: null },
    marks: "1-----0--",
    truths: "v-----n--",
    weighted: 2.5 / 4,
    outcome: "valid",
    inclusion: 1,
    design: "audit",
    latency_ms: 200,
  };
  for (const [member, value] of Object.entries(expected)) assert.deepEqual(first[member], value, member);
  assert.deepEqual(first["prediction"], { ...plainShirt, brand: "@home" });
  assert.deepEqual(
    [second["prediction"], second["outcome"], second["failure"], second["weighted"]],
    [null, "failed", "timeout", 0],
  );
  assert.ok((second["score_id"] as number) > (first["score_id"] as number));
  await opened.close();
});

test("CSV survives quotes, commas and line breaks, and starts no formula", async () => {
  const opened = await openTestEvaluation();
  await fill(opened);
  const [header, ...rows] = parseCsv(await read(opened, { format: "csv" }));
  assert.ok(header);
  assert.equal(rows.length, 3);
  const cell = (at: number, column: string) => rows[at]?.[header.indexOf(column)];
  assert.ok(rows.every((row) => row.length === header.length));
  assert.equal(cell(0, "sample_id"), "'=1+1");
  assert.equal(cell(0, "prediction_brand"), "'@home");
  assert.equal(cell(2, "prediction_color"), 'light "sky", blue');
  assert.deepEqual(JSON.parse(cell(0, "metadata") ?? ""), { note: 'say "hi", twice\r\nor more', shop: "paris" });
  assert.deepEqual([cell(0, "label_type"), cell(0, "label_brand"), cell(0, "label_color")], ["shirt", "", ""]);
  assert.deepEqual([cell(0, "weighted"), cell(0, "is_clean"), cell(2, "confidence_type")], ["0.625", "true", ""]);
  await opened.close();
});

test("windows, slices and designs select rows as they do for the leaderboard", async () => {
  const opened = await openTestEvaluation();
  await fill(opened);
  const count = async (query: Omit<ExportQuery, "format">) => {
    const text = await read(opened, { format: "jsonl", ...query });
    return text === "" ? 0 : text.trim().split("\n").length;
  };
  assert.deepEqual(
    [
      await count({ designs: "audit" }),
      await count({ slice: ["metadata.shop:paris"] }),
      await count({ slice: [`backend:${candidate}`] }),
      await count({ slice: ["brand:null", "type:shirt"] }),
      await count({ slice: ["type:dress"] }),
    ],
    [2, 2, 1, 3, 0],
  );
  opened.clock.advance(2 * 86_400_000);
  assert.deepEqual([await count({ window: "24h" }), await count({ window: "3d" }), await count({})], [0, 3, 3]);
  await assert.rejects(opened.evaluation.export({ format: "jsonl", slice: ["nonsense"] }), { code: "request_invalid" });
  await opened.close();
});

test("chats for fine-tuning hold each garment once, ask for what is labelled and link to images", async () => {
  const opened = await openTestEvaluation();
  await fill(opened);
  const chats = (await read(opened, { format: "sft" })).trim().split("\n");
  assert.equal(chats.length, 2);
  const [first] = chats.map(
    (line) =>
      JSON.parse(line) as {
        messages: { role: string; content: { type: string; text?: string; image_url?: object }[] }[];
      },
  );
  const [user, assistant] = first?.messages ?? [];
  assert.match(user?.content[0]?.text ?? "", /exactly these keys: type, brand\./);
  assert.deepEqual(user?.content[1]?.image_url, { url: "/v1/garments/gar_c1/images/0" });
  assert.deepEqual(JSON.parse(assistant?.content[0]?.text ?? ""), { type: "shirt", brand: null });
  await opened.close();
});

test("the model index is YAML with an entry for each arm", async () => {
  const opened = await openTestEvaluation();
  await fill(opened);
  const text = await read(opened, { format: "model-index" });
  assert.match(text, /^---\n[\s\S]*\n---\n$/);
  assert.doesNotMatch(text, /[&*]a\d/, "no anchors: not every reader of model cards knows them");
  const card = parse(text.slice(4, -4)) as {
    "model-index": { name: string; results: { metrics: { type: string; value: number }[] }[] }[];
  };
  const index = card["model-index"];
  assert.equal(index.length, 2);
  assert.match(index[0]?.name ?? "", /^m \(blackwell-fp8, fp8\)$/);
  const weighted = index[0]?.results[0]?.metrics.find(({ type }) => type === "weighted_score");
  assert.equal(weighted?.value, 2.5 / 4);
  await opened.close();
});

test("an export of many pages holds every row once, in order", async () => {
  const opened = await openTestEvaluation();
  for (let n = 0; n < 1_001; n += 1) await opened.answer({ content: `c${n}`, sampleId: "s", images: ["x"] });
  await opened.storage.db.updateTable("garments").set({ sample_id: null }).execute();
  await opened.storage.db
    .updateTable("images")
    .set({ sha256: "a".repeat(64) })
    .execute();
  await opened.label({ image_sha256: "a".repeat(64), labels: { type: "shirt" } });
  await opened.evaluation.catchUp();
  const ids = (await read(opened, { format: "jsonl" }))
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { score_id: number }).score_id);
  assert.equal(new Set(ids).size, 1_001);
  assert.deepEqual(
    ids,
    [...ids].sort((a, b) => a - b),
  );
  await opened.close();
});
