import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { existsSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import {
  maxCompletionLength,
  maxCompletions,
  maxScoredText,
  RewardAnswerSchema,
  ScoreAnswerSchema,
} from "../../schemas/index.ts";
import type { Problem, RewardAnswer, ScoreAnswer } from "../../schemas/index.ts";
import { rewardAnswerExample, rewardExample, scoreAnswerExample, scoreExample } from "../../routes/examples/score.ts";
import { buildStubGateway } from "../support/stub-gateway.ts";
import type { StubGateway } from "../support/stub-gateway.ts";

let stub: StubGateway;
before(async () => {
  stub = await buildStubGateway();
});
after(() => stub.app.close());

const post = (url: string, payload: unknown) =>
  stub.app.inject({
    method: "POST",
    url,
    headers: { "content-type": "application/json" },
    payload: JSON.stringify(payload),
  });

async function scoreOf(prediction: unknown, reference: unknown): Promise<ScoreAnswer> {
  const response = await post("/v1/score", { prediction, reference });
  assert.equal(response.statusCode, 200, response.body);
  return response.json<ScoreAnswer>();
}

async function rewardsOf(completions: unknown[], references: unknown[]): Promise<number[]> {
  const response = await post("/v1/reward", { completions, references });
  assert.equal(response.statusCode, 200, response.body);
  return response.json<RewardAnswer>().rewards;
}

async function refusal(url: string, payload: unknown): Promise<Problem> {
  const response = await post(url, payload);
  assert.equal(response.statusCode, 400, response.body);
  assert.match(String(response.headers["content-type"]), /^application\/problem\+json/);
  const problem = response.json<Problem>();
  assert.equal(problem.code, "request_invalid");
  return problem;
}

describe("POST /v1/score", () => {
  test("answers the example with the example's answer, which fits the schema", async () => {
    const answer = await scoreOf(scoreExample.prediction, scoreExample.reference);
    assert.deepEqual({ ...answer, scorer: "" }, { ...scoreAnswerExample, scorer: "" });
    const fits = new Ajv({ strict: false }).compile(ScoreAnswerSchema);
    assert.ok(fits(answer), JSON.stringify(fits.errors));
    assert.ok(fits(await scoreOf("navy", "navy blue")), JSON.stringify(fits.errors));
  });

  test("takes both sides as objects or as their text", async () => {
    const { prediction, reference } = scoreExample;
    const byObject = await scoreOf(prediction, reference);
    assert.deepEqual(await scoreOf(JSON.stringify(prediction), JSON.stringify(reference)), byObject);
  });

  test("leaves fields without a label out, and takes null for null as right", async () => {
    const { fields, weighted } = await scoreOf({ type: "tee", brand: "N/A" }, { type: "T-Shirt", brand: null });
    assert.equal(weighted, 1);
    assert.deepEqual([fields.type, fields.brand, fields.size], [1, 1, null]);
  });

  test("says that a quality without SBERT is partial, and which weights it used", async () => {
    const { quality, sbert, hallucination } = await scoreOf({ type: "tee" }, { type: "dress" });
    assert.deepEqual([quality.partial, sbert, hallucination], [true, null, null]);
    assert.equal(quality.weights["sbert"], undefined);
  });

  test("scores a failed answer as 0", async () => {
    for (const prediction of [null, "", "not JSON", "[1]", "{"]) {
      const { weighted, structured_match: structure, json } = await scoreOf(prediction, { type: "dress" });
      assert.deepEqual([weighted, structure, json], [0, 0, false]);
    }
  });

  test(
    "gives the golden file's numbers for two plain texts",
    { skip: !existsSync("../shared/golden_metrics.json") },
    async () => {
      const { vectors } = JSON.parse(readFileSync("../shared/golden_metrics.json", "utf8")) as {
        vectors: Record<string, number | string>[];
      };
      for (const {
        ref,
        hyp,
        token_set_ratio: tsr,
        chrfpp,
        sent_bleu: bleu,
        rougeL_f: rouge,
        meteor_ws_tokens: meteor,
      } of vectors) {
        if (ref === "" || String(ref).trimStart().startsWith("{")) continue;
        const answer = await scoreOf(hyp, ref);
        const pairs = [
          [answer.token_set_ratio * 100, tsr],
          [answer.chrf * 100, chrfpp],
          [answer.bleu * 100, bleu],
          [answer.rouge_l, rouge],
          [answer.meteor, meteor],
        ];
        for (const [found, golden] of pairs)
          assert.ok(Math.abs(Number(found) - Number(golden)) < 1e-9, `${hyp} / ${ref}`);
      }
    },
  );

  test("names each mistake of the labels", async () => {
    const { errors } = await refusal("/v1/score", { prediction: null, reference: { colour: "red", size: true } });
    assert.deepEqual(errors, [
      { path: "reference.colour", message: "is none of the nine fields" },
      { path: "reference.size", message: "must be a string or null" },
    ]);
    for (const reference of [{}, "{}", '{"type": "dress"', { type: "x".repeat(81) }]) {
      assert.equal(
        (await refusal("/v1/score", { prediction: null, reference })).errors?.[0]?.path.split(".")[0],
        "reference",
      );
    }
    assert.equal((await scoreOf(null, { type: "x".repeat(80) })).weighted, 0);
  });

  test("refuses other members and types", async () => {
    await refusal("/v1/score", { prediction: {}, reference: { type: "dress" }, references: [] });
    for (const body of [{ prediction: {} }, { reference: { type: "dress" } }, [], null])
      await refusal("/v1/score", body);
    for (const prediction of [1, true, [1]]) await refusal("/v1/score", { prediction, reference: { type: "dress" } });
    for (const reference of [1, null, [], ""]) await refusal("/v1/score", { prediction: null, reference });
    await refusal("/v1/score", { prediction: { type: "dress" }, reference: "a dress" });
  });

  test("holds the limits on lengths, both sides of them", async () => {
    const long = "x".repeat(maxCompletionLength);
    await scoreOf(long, { type: "dress" });
    await refusal("/v1/score", { prediction: `${long}x`, reference: { type: "dress" } });
    const text = "x".repeat(maxScoredText);
    await scoreOf(text, text);
    assert.equal(
      (await refusal("/v1/score", { prediction: `${text}x`, reference: "x" })).errors?.[0]?.path,
      "prediction",
    );
    assert.equal(
      (await refusal("/v1/score", { prediction: "x", reference: `${text}x` })).errors?.[0]?.path,
      "reference",
    );
    const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, null]));
    await scoreOf(keys(100), { type: "dress" });
    await refusal("/v1/score", { prediction: keys(101), reference: { type: "dress" } });
  });
});

describe("POST /v1/reward", () => {
  test("answers the example with the example's answer, which fits the schema", async () => {
    const answer = (await post("/v1/reward", rewardExample)).json<RewardAnswer>();
    assert.deepEqual({ ...answer, scorer: "" }, { ...rewardAnswerExample, scorer: "" });
    const fits = new Ajv({ strict: false }).compile(RewardAnswerSchema);
    assert.ok(fits(answer), JSON.stringify(fits.errors));
  });

  test("keeps the order, and reads references that are text", async () => {
    const label = { type: "dress", color: "red" };
    assert.deepEqual(
      await rewardsOf(
        [JSON.stringify(label), "{}", label, null],
        Array.from({ length: 4 }, () => JSON.stringify(label)),
      ),
      [1, 0, 1, 0],
    );
  });

  test("takes up to its limit of completions, each up to its limit of characters", async () => {
    const many = (count: number) => ({
      completions: Array.from({ length: count }, () => '{"type":"dress"}'),
      references: Array.from({ length: count }, () => ({ type: "dress" })),
    });
    const { completions, references } = many(maxCompletions);
    assert.equal((await rewardsOf(completions, references)).length, maxCompletions);
    await refusal("/v1/reward", many(maxCompletions + 1));
    await refusal("/v1/reward", many(0));
    const long = "x".repeat(maxCompletionLength);
    assert.deepEqual(await rewardsOf([long], [{ type: "dress" }]), [0]);
    await refusal("/v1/reward", { completions: [`${long}x`], references: [{ type: "dress" }] });
  });

  test("takes a body of 4 MiB and no larger one", async () => {
    const body = (bytes: number) => {
      const start = '{"completions":["{}"],"references":[{"type":"dress"}]';
      return `${start}${" ".repeat(bytes - start.length - 1)}}`;
    };
    const send = (payload: string) =>
      stub.app.inject({ method: "POST", url: "/v1/reward", headers: { "content-type": "application/json" }, payload });
    assert.equal((await send(body(4_194_304))).statusCode, 200);
    const refused = await send(body(4_194_305));
    assert.deepEqual([refused.statusCode, refused.json<Problem>().code], [413, "body_too_large"]);
  });

  test("asks for one reference a completion, and names the place of a mistake", async () => {
    const uneven = await refusal("/v1/reward", { completions: ["{}", "{}"], references: [{ type: "dress" }] });
    assert.equal(uneven.errors?.[0]?.path, "references");
    const wrong = await refusal("/v1/reward", {
      completions: ["{}", "{}"],
      references: [{ type: "dress" }, { type: ["dress"] }],
    });
    assert.deepEqual(wrong.errors, [{ path: "references.1.type", message: "must be a string or null" }]);
    await refusal("/v1/reward", { completions: ["{}"], references: ["a dress"] });
  });
});

test("the owner's aliases reach the scores", async (t) => {
  const owned = await buildStubGateway({
    change: (config) => (config.evaluation.aliases = { color: { midnight: "navy" } }),
  });
  t.after(() => owned.app.close());
  const payload = { prediction: { color: "Midnight" }, reference: { color: "navy blue" } };
  assert.equal((await owned.app.inject({ method: "POST", url: "/v1/score", payload })).json<ScoreAnswer>().weighted, 1);
});

test("both ask for a key with the scope eval", async (t) => {
  const guarded = await buildStubGateway({
    change(config) {
      config.auth.required = true;
      config.auth.keys = [
        { id: "scorer", key: "s".repeat(32), scopes: ["eval"] },
        { id: "caller", key: "c".repeat(32), scopes: ["infer"] },
      ];
    },
  });
  t.after(() => guarded.app.close());
  const status = async (url: string, key?: string) =>
    (
      await guarded.app.inject({
        method: "POST",
        url,
        payload: url === "/v1/score" ? scoreExample : rewardExample,
        ...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }),
      })
    ).statusCode;
  for (const url of ["/v1/score", "/v1/reward"]) {
    assert.deepEqual(
      [await status(url, "s".repeat(32)), await status(url, "c".repeat(32)), await status(url)],
      [200, 403, 401],
    );
  }
});
