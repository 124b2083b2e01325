import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { systemClock } from "../../../src/kernel/index.ts";
import type { Clock } from "../../../src/kernel/index.ts";
import { createSemantics } from "../../../src/semantics/index.ts";
import type { Semantics, SemanticsServer } from "../../../src/semantics/index.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { startSemanticsServer } from "../../support/semantics-server.ts";
import type { SemanticsServerStub } from "../../support/semantics-server.ts";

let server: SemanticsServerStub;
const opened: Semantics[] = [];

before(async () => {
  server = await startSemanticsServer();
});
afterEach(async () => {
  server.calls = [];
  server.fault = null;
  server.gate = null;
  await Promise.all(opened.splice(0).map((semantics) => semantics.close()));
});
after(() => server.close());

interface Options {
  change?: Partial<SemanticsServer>;
  providers?: "both" | "sbert" | "none";
  clock?: Clock;
}

function open({ change = {}, providers = "both", clock = systemClock }: Options = {}) {
  const target: SemanticsServer = {
    url: server.url,
    api: "tei",
    model: "mpnet",
    apiKey: null,
    timeoutMs: 20_000,
    maxConcurrency: 2,
    maxBatch: 4,
    ...change,
  };
  const outcomes: string[] = [];
  const semantics = createSemantics(
    {
      sbert: providers === "none" ? null : target,
      nli: providers === "both" ? { ...target, contradictionClass: 2 } : null,
    },
    { clock, observe: (provider, outcome) => outcomes.push(`${provider} ${outcome}`) },
  );
  opened.push(semantics);
  return { semantics, outcomes };
}

const texts = {
  reference: "t shirt navy blue",
  hypothesis: "t shirt red",
  differing: [{ premise: "color is navy blue", hypothesis: "color is red" }],
};
const nulls = { sbert: null, hallucination: null };

describe("a server that answers", () => {
  for (const api of ["tei", "openai"] as const) {
    test(`gives the cosine and the contradiction in the form of ${api}`, async () => {
      const { semantics } = open({ change: { api, apiKey: "secret" } });
      const found = await semantics.compare(texts);
      assert.ok(Math.abs((found.sbert ?? 0) - 2 / Math.sqrt(12)) < 1e-5, String(found.sbert));
      assert.equal(found.hallucination, 0.9);
      assert.deepEqual(
        server.calls.map(({ path }) => path).sort(),
        api === "tei" ? ["/embed", "/predict"] : ["/classify", "/v1/embeddings"],
      );
      assert.ok(server.calls.every(({ authorization }) => authorization === "Bearer secret"));
      if (api === "openai") assert.ok(server.calls.every(({ body }) => body.model === "mpnet"));
    });
  }

  test("is asked nothing where nothing differs, or where a text is empty", async () => {
    const { semantics } = open();
    assert.deepEqual(await semantics.compare({ reference: "", hypothesis: "red", differing: [] }), {
      sbert: null,
      hallucination: 0,
    });
    assert.equal(server.calls.length, 0);
  });

  test("is asked once for a text that comes again, at the same time or later", async () => {
    const { semantics, outcomes } = open({ providers: "sbert" });
    await Promise.all([semantics.compare(texts), semantics.compare(texts)]);
    await semantics.compare(texts);
    assert.equal(server.calls.length, 1);
    assert.deepEqual(outcomes, ["sbert answered", "sbert answered", "sbert cached", "sbert cached"]);
  });

  test("gets batches no larger than it takes, and no more of them at once than it takes", async () => {
    let open_: () => void = () => {};
    server.gate = new Promise((resolve) => (open_ = resolve));
    const { semantics } = open({ providers: "sbert", change: { maxBatch: 4, maxConcurrency: 2 } });
    const all = Array.from({ length: 10 }, (_, at) =>
      semantics.compare({ reference: `red ${at}`, hypothesis: `dress ${at}`, differing: [] }),
    );
    while (server.calls.length < 2) await turn();
    assert.equal(server.calls.length, 2);
    open_();
    assert.ok((await Promise.all(all)).every(({ sbert }) => sbert !== null));
    assert.deepEqual(
      server.calls.map(({ body }) => body.inputs?.length),
      [4, 4, 4, 4, 4],
    );
  });
});

describe("a server that does not answer", () => {
  test("is none: nulls at once", async () => {
    const { semantics } = open({ providers: "none" });
    assert.equal(semantics.isConfigured, false);
    assert.deepEqual(await semantics.compare(texts), nulls);
  });

  const faults = {
    "a status of 500": { status: 500 },
    "a status of 401": { status: 401 },
    "no JSON": { text: "<html>" },
    "too few answers": { json: [] },
    "vectors that are none": { json: [["a"], ["b"]] },
    "a vector without length": { json: [[0], [0]] },
    "vectors too long for their squares": { json: [[1e300], [1e300]] },
    "probabilities below 0 and above 1": {
      json: [-0.1, 1.1].map((score) => [{ label: "CONTRADICTION", score }]),
    },
    "probabilities that are no numbers": { json: [null, "0.5"].map((score) => [{ label: "CONTRADICTION", score }]) },
    "a reset": "reset",
  } as const;
  for (const [what, fault] of Object.entries(faults)) {
    test(`gives nulls and is counted: ${what}`, async () => {
      server.fault = fault;
      const { semantics, outcomes } = open();
      assert.deepEqual(await semantics.compare(texts), nulls);
      assert.deepEqual([...new Set(outcomes)].sort(), ["nli failed", "sbert failed"]);
    });
  }

  test("spoils only the text that it answers oddly, and is asked on", async () => {
    for (const odd of [[1e300, 1, 2], [null], "NaN", []]) {
      server.fault = { json: [[1, 0], odd, [1, 1], [0, 1]] };
      const { semantics, outcomes } = open({ providers: "sbert" });
      const compare = (reference: string, hypothesis: string) =>
        semantics.compare({ reference, hypothesis, differing: [] });
      const [spoilt, sound] = await Promise.all([compare("a", "b"), compare("c", "d")]);
      assert.equal(spoilt.sbert, null);
      assert.ok(Math.abs((sound.sbert ?? 0) - Math.SQRT1_2) < 1e-6);
      server.fault = null;
      assert.notEqual((await compare("red", "red dress")).sbert, null, "it does not rest");
      assert.deepEqual(outcomes.slice(0, 4), ["sbert answered", "sbert failed", "sbert answered", "sbert answered"]);
    }
  });

  test("gives a cosine for numbers that a Float32 does not hold", async () => {
    server.fault = {
      json: [
        [1e60, 0],
        [1e60, 1e60],
      ],
    };
    const { semantics } = open({ providers: "sbert" });
    const { sbert } = await semantics.compare(texts);
    assert.ok(Math.abs((sbert ?? 0) - Math.SQRT1_2) < 1e-6, String(sbert));
  });

  test("spoils only the pair that it gives no probability for", async () => {
    server.fault = { json: [[{ label: "CONTRADICTION", score: 2 }], [{ label: "CONTRADICTION", score: 0.25 }]] };
    const { semantics } = open();
    const ask = (hypothesis: string) =>
      semantics.compare({ reference: "", hypothesis: "", differing: [{ premise: "p", hypothesis }] });
    const found = await Promise.all([ask("a"), ask("b")]);
    assert.deepEqual(
      found.map(({ hallucination }) => hallucination),
      [null, 0.25],
    );
  });

  test("gives nulls where nothing listens", async () => {
    const { semantics } = open({ change: { url: "http://127.0.0.1:9" } });
    assert.deepEqual(await semantics.compare(texts), nulls);
  });

  test("refuses a text without being left alone for it", async () => {
    server.fault = { status: 413 };
    const { semantics, outcomes } = open({ providers: "sbert" });
    assert.equal((await semantics.compare(texts)).sbert, null);
    server.fault = null;
    assert.notEqual((await semantics.compare(texts)).sbert, null);
    assert.deepEqual([...new Set(outcomes)], ["sbert refused", "sbert answered"]);
  });

  test("keeps nobody longer than its timeout, those that wait behind others included", async () => {
    server.fault = "hang";
    const clock = createManualClock();
    const { semantics, outcomes } = open({
      providers: "sbert",
      clock,
      change: { timeoutMs: 300, maxConcurrency: 1, maxBatch: 1 },
    });
    const asked = semantics.compare(texts);
    while (server.calls.length < 1) await turn();
    clock.advance(300);
    assert.deepEqual(await asked, nulls);
    assert.deepEqual(outcomes, ["sbert timeout", "sbert timeout"]);
  });

  test("is left alone for a while, then asked once, and trusted again when it answers", async () => {
    server.fault = { status: 503 };
    const clock = createManualClock();
    const { semantics, outcomes } = open({ providers: "sbert", clock });
    const ask = async (word: string): Promise<number | null> =>
      (await semantics.compare({ reference: `red ${word}`, hypothesis: "red", differing: [] })).sbert;
    await ask("a");
    assert.equal(await ask("b"), null);
    assert.equal(server.calls.length, 1, "it rests");
    clock.advance(500);
    await ask("c");
    assert.equal(server.calls.length, 2);
    clock.advance(999);
    await ask("d");
    assert.equal(server.calls.length, 2, "it rests twice as long");
    clock.advance(1);
    server.fault = null;
    assert.notEqual(await ask("e"), null);
    assert.notEqual(await ask("f"), null);
    assert.equal(server.calls.length, 4);
    assert.ok(outcomes.includes("sbert resting"));
  });
});
