import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test from "node:test";
import { scrape } from "../../../loadtest/watch/scrape.ts";

const page = `# HELP garment_gateway_requests_in_flight HTTP requests that have begun and are not yet answered.
garment_gateway_requests_in_flight 3
garment_gateway_backend_in_flight{backend="a"} 2
garment_gateway_backend_in_flight{backend="b"} 1
process_resident_memory_bytes 1048576
nodejs_heap_size_used_bytes 524288
process_cpu_seconds_total 1.5
garment_gateway_http_request_duration_seconds_count{route="/v1/attributes",method="POST",status="200"} 7
garment_gateway_http_request_duration_seconds_count{route="/v1/attributes",method="POST",status="503"} 2
garment_gateway_http_request_duration_seconds_count{route="/metrics",method="GET",status="200"} 9
`;

async function serve(t: test.TestContext, status: number, text: string): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(text));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a gateway's figures are read from its page, the reading itself left out", async (t) => {
  const found = await scrape(await serve(t, 200, page), null);
  assert.ok(found !== null);
  const { at: _, ...figures } = found;
  assert.deepEqual(figures, {
    requestsInFlight: 2,
    backendInFlight: 3,
    residentBytes: 1048576,
    heapBytes: 524288,
    cpuSeconds: 1.5,
    ended: { 200: 7, 503: 2 },
  });
});

test("a page that is refused, or is not a gateway's, has no figures", async (t) => {
  assert.equal(await scrape(await serve(t, 401, "{}"), null), null);
  assert.equal(await scrape(await serve(t, 200, "up 1\n"), null), null);
});
