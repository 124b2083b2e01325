import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import type { BackendConfig } from "../../schemas/index.ts";
import { eventually, openSimulatedGateway } from "../support/simulated-gateway.ts";
import { postgresIsMissing, startPostgres } from "../support/postgres.ts";

const photos = Array.from({ length: 6 }, (_, at) => readFileSync(`samples/garments/00${at + 1}-front.jpg`));

test(
  "with the store gone in mid-traffic callers are served all the same; labels and views say so; it all goes on when it is back",
  { skip: postgresIsMissing },
  async (t) => {
    const server = await startPostgres();
    t.after(() => server.remove());
    const url = await server.createDatabase();
    await t.test("with this server", async (inner) => {
      const scene = await openSimulatedGateway(inner, {
        simulators: [{}, { modelId: "sim-other" }],
        change(config) {
          config.storage.url = url;
          config.shadow = { ...config.shadow, enabled: true, baseline: "b0", candidate: "b1", mirror_rate: 1 };
        },
      });
      const { db } = scene.gateway.storage;
      const label = (id: string): Promise<Response> =>
        fetch(`${scene.url}/v1/labels`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ request_id: id, labels: { type: "t-shirt" } }),
        });
      const answer = async (at: number): Promise<string> => {
        const response = await scene.post(photos[at] as Buffer);
        assert.equal(response.status, 200);
        return ((await response.json()) as { id: string }).id;
      };
      const first = await answer(0);
      await eventually(async () => (await scene.metric("predictions_total", { outcome: "stored" })) === 1, "stored");
      assert.equal((await label(first)).status, 200);

      await server.stop();
      const second = await answer(1);
      const refused = await label(second);
      assert.equal(refused.status, 503);
      assert.ok(Number(refused.headers.get("retry-after")) > 0);
      assert.equal(((await refused.json()) as { code: string }).code, "overloaded");
      for (const path of [`/v1/garments/${first}`, "/v1/eval/leaderboard", "/v1/eval/comparison"]) {
        assert.equal((await fetch(scene.url + path)).status, 503, path);
      }
      assert.equal((await fetch(`${scene.url}/readyz`)).status, 200, "it serves");
      const switchOff = await fetch(`${scene.url}/admin/shadow`, {
        method: "PATCH",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ max_concurrency: 3 }),
      });
      assert.equal(switchOff.status, 200, "the mirror can be changed in that very hour");
      assert.equal(((await switchOff.json()) as { status: { spooled: null } }).status.spooled, null);
      assert.equal(await scene.metric("predictions_total", { outcome: "stored" }), 1);

      await server.start();
      await eventually(
        async () => (await scene.metric("predictions_total", { outcome: "stored" })) === 2,
        "what waited is stored",
        30_000,
      );
      assert.equal((await label(second)).status, 200);
      await eventually(
        async () => (await db.selectFrom("scores").select("id").execute()).length === 4,
        "both garments are answered by both arms, labelled and scored",
        30_000,
      );
    });
  },
);

test(
  "a gateway ends in its time with the store gone and mirrored answers waiting for it",
  { skip: postgresIsMissing },
  async (t) => {
    const server = await startPostgres();
    t.after(() => server.remove());
    const url = await server.createDatabase();
    await t.test("with this server", async (inner) => {
      const scene = await openSimulatedGateway(inner, {
        simulators: [{}, { modelId: "sim-other", speed: 1 }],
        change(config) {
          config.storage.url = url;
          config.shadow = { ...config.shadow, enabled: true, baseline: "b0", candidate: "b1", mirror_rate: 1 };
          const [, candidate] = config.backends as readonly BackendConfig[];
          Object.assign(candidate as BackendConfig, { role: "shadow" });
        },
      });
      await scene.post(photos[0] as Buffer);
      await eventually(async () => (await scene.gateway.following.shadow.status()).inFlight === 1, "it is mirrored");
      await server.stop();
      await eventually(() => scene.gateway.following.recorder.waiting === 1, "its answer waits", 10_000);
      // The scene closes now, and would wait for ever.
    });
  },
);
