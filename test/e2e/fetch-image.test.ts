import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import test from "node:test";
import type { TestContext } from "node:test";
import { GatewayError, systemClock } from "../../src/kernel/index.ts";
import { createImageFetcher } from "../../src/net/index.ts";
import type { Internet } from "../../src/net/index.ts";
import { hostAddress, openImageHost } from "../support/image-host.ts";
import type { Zone } from "../support/image-host.ts";
import { activeResources, assertQuiet } from "../support/quiet.ts";
import { eventually } from "../support/simulated-gateway.ts";

type FetcherOptions = Parameters<typeof createImageFetcher>[0];

interface Scene {
  answer?: RequestListener;
  zone?: Zone;
  options?: Partial<FetcherOptions>;
  internet?: Partial<Internet>;
}

const photo = Buffer.from("the bytes of a photo");
const forever = new AbortController().signal;

/** A fetcher in a world of one real HTTPS server; when the test ends nothing may be left of it. */
async function open(t: TestContext, { answer = sendPhoto, zone, options, internet }: Scene = {}) {
  const before = activeResources();
  const host = await openImageHost(answer, zone);
  const fetcher = createImageFetcher(
    { isEnabled: true, allowHosts: [], maxBytes: 1000, clock: systemClock, ...options },
    { ...host.internet, ...internet },
  );
  t.after(async () => {
    await fetcher.close();
    // The fetcher has closed its sockets by itself before the server does.
    await eventually(() => host.openSockets === 0, "no socket is left");
    await host.close();
    await assertQuiet(before);
  });
  return { host, fetcher, fetch: (url: string, signal = forever) => fetcher.fetch(url, signal) };
}

function sendPhoto(_request: IncomingMessage, response: ServerResponse): void {
  response.end(photo);
}

function redirectTo(location: string, status = 302): RequestListener {
  return (request, response) => {
    if (request.url === "/photo") sendPhoto(request, response);
    else response.writeHead(status, { location }).end("moved");
  };
}

function failsAs(code: "url_forbidden" | "url_unreachable", detail: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof GatewayError, String(error));
    assert.deepEqual([error.code, error.status, error.retryable], [code, 422, code === "url_unreachable"]);
    assert.match(error.message, detail);
    assert.doesNotMatch(error.message, /127\.0|10\.1|169\.254|token/, "nothing of what was found out");
    return true;
  };
}

test("a photo is fetched over TLS from the address that was looked up, though no real DNS knows the name", async (t) => {
  const { fetch, host } = await open(t);
  assert.deepEqual(await fetch("https://images.test/a/b.jpg?size=large&token=x#top"), photo);
  assert.equal(host.requests[0]?.url, "/a/b.jpg?size=large&token=x");
  assert.deepEqual(host.lookups, ["images.test"]);
});

test("the server is told nothing but what it needs", async (t) => {
  const { fetch, host } = await open(t, { answer: redirectTo("/photo") });
  await fetch("https://images.test/a");
  assert.equal(host.requests.length, 2);
  for (const request of host.requests) {
    const { host: name, ...headers } = request.headers;
    assert.match(String(name), /^images\.test/);
    assert.deepEqual(headers, {
      accept: "image/*",
      "accept-encoding": "identity",
      "user-agent": "garment-gateway",
      connection: "close",
    });
  }
});

test("a host in capitals, with a trailing dot or umlauts is the same host", async (t) => {
  const { fetch, host } = await open(t, { options: { allowHosts: ["images.test", "*.test"] } });
  assert.deepEqual(await fetch("https://IMAGES.TEST./a"), photo);
  assert.deepEqual(await fetch("https://b\u00fccher.test/a"), photo);
  assert.deepEqual(host.lookups, ["images.test", "xn--bcher-kva.test"]);
});

test("cookies of one answer are not sent with the next request", async (t) => {
  const { fetch, host } = await open(t, {
    answer(request, response) {
      response.setHeader("set-cookie", "a=1");
      redirectTo("/photo")(request, response);
    },
  });
  await fetch("https://images.test/a");
  assert.equal(host.requests[1]?.headers.cookie, undefined);
});

for (const status of [301, 302, 303, 307, 308]) {
  test(`a redirect with ${status} is followed, to another host too`, async (t) => {
    const { fetch, host } = await open(t, { answer: redirectTo("https://cdn.test/photo", status) });
    assert.deepEqual(await fetch("https://images.test/a"), photo);
    assert.deepEqual(host.lookups, ["images.test", "cdn.test"]);
  });
}

test("three redirects are followed, a fourth is not", async (t) => {
  const { fetch, host } = await open(t, {
    answer(request, response) {
      const left = Number(request.url?.slice(1));
      if (left === 0) sendPhoto(request, response);
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    },
  });
  assert.deepEqual(await fetch("https://images.test/3"), photo);
  await assert.rejects(fetch("https://images.test/4"), failsAs("url_unreachable", /redirects more than 3 times/));
  assert.equal(host.requests.length, 8);
});

test("a redirect loop ends", async (t) => {
  const { fetch } = await open(t, { answer: redirectTo("/again") });
  await assert.rejects(fetch("https://images.test/again"), failsAs("url_unreachable", /more than 3 times/));
});

const forbiddenRedirects = [
  "https://10.1.2.3/photo",
  "https://169.254.169.254/latest/meta-data/",
  "https://127.0.0.2/photo",
  "https://[::1]/",

  "https://2130706434/photo",
  "https://0x7f.2/photo",
  "https://[::ffff:10.1.2.3]/photo",
  "https://inside.test/photo",
  "http://cdn.test/photo",
  "file:///etc/passwd",
  "https://cdn.test:8443/photo",
  "https://user:pass@cdn.test/photo",
  "data:image/png;base64,AAAA",
  "https://[broken/",
];

for (const location of forbiddenRedirects) {
  test(`a redirect to ${location} is forbidden`, async (t) => {
    const { fetch, host } = await open(t, {
      answer: redirectTo(location),
      zone: { "inside.test": [["10.1.2.3"]] },
    });
    await assert.rejects(fetch("https://images.test/a"), failsAs("url_forbidden", /each it redirects to/));
    assert.equal(host.requests.length, 1);
  });
}

test("a redirect to a host that is not on the list is forbidden, and not even looked up", async (t) => {
  const { fetch, host } = await open(t, {
    answer: redirectTo("https://cdn.test/photo"),
    options: { allowHosts: ["images.test"] },
  });
  await assert.rejects(fetch("https://images.test/a"), failsAs("url_forbidden", /not fetched from this host/));
  assert.deepEqual(host.lookups, ["images.test"]);
});

test("a redirect to nowhere is an answer without an image", async (t) => {
  const { fetch } = await open(t, { answer: (_request, response) => void response.writeHead(302).end() });
  await assert.rejects(fetch("https://images.test/a"), failsAs("url_unreachable", /status 302/));
});

const forbiddenUrls = [
  "http://images.test/a",
  "file:///etc/passwd",
  "images.test/a",
  "",
  "https://user:token@images.test/a",
  "https://images.test:444/a",
  "https://other.test/a",
  "https://mixed.test/a",
  "https://inside.test/a",
  "https://127.0.0.2/",
  "https://2130706434/",
  "https://017700000002/",
  "https://0x7f000002/",
  "https://127.2/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::1]/",
  "https://[::]/",
  "https://[fe80::1]/",
  "https://0/",
  "https://10.1.2.3/",
  "https://169.254.169.254/latest/meta-data/",
  "https://[fd00:ec2::254]/",
  "https://[64:ff9b::7f00:1]/",
];

for (const url of forbiddenUrls) {
  test(`${url === "" ? "an empty text" : url} is forbidden before anyone is called`, async (t) => {
    const { fetch, host } = await open(t, {
      zone: { "mixed.test": [[hostAddress, "10.1.2.3"]], "inside.test": [["fd00::1"]], "other.test": [["10.1.2.3"]] },
    });
    await assert.rejects(fetch(url), failsAs("url_forbidden", /./));
    assert.equal(host.connections, 0);
  });
}

test("a host that is not on the list is forbidden, and not even looked up", async (t) => {
  const { fetch, host } = await open(t, { options: { allowHosts: ["*.images.test", "cdn.test"] } });
  for (const url of ["https://images.test/a", "https://eviimages.test/a", "https://www.cdn.test/a"]) {
    await assert.rejects(fetch(url), failsAs("url_forbidden", /not fetched from this host/));
  }
  assert.deepEqual(await fetch("https://cdn.test/a"), photo);
  assert.deepEqual(host.lookups, ["cdn.test"]);
});

test("where URLs are switched off nothing is fetched", async (t) => {
  const { fetch, host } = await open(t, { options: { isEnabled: false } });
  await assert.rejects(fetch("https://images.test/a"), failsAs("url_forbidden", /switched off/));
  assert.deepEqual(host.lookups, []);
});

test("DNS that turns private after the check is not asked again", async (t) => {
  const { fetch, host } = await open(t, { zone: { "images.test": [[hostAddress], ["10.1.2.3"]] } });
  assert.deepEqual(await fetch("https://images.test/a"), photo);
  assert.deepEqual(host.lookups, ["images.test"]);
});

test("DNS that turns private between a redirect and its target is forbidden", async (t) => {
  const { fetch, host } = await open(t, {
    answer: redirectTo("/photo"),
    zone: { "images.test": [[hostAddress], ["10.1.2.3"]] },
  });
  await assert.rejects(fetch("https://images.test/a"), failsAs("url_forbidden", /public addresses only/));
  assert.equal(host.connections, 1);
});

test("of several addresses one that connects is enough", async (t) => {
  const isPublicAddress = (address: string): boolean => address.startsWith("127.0.0.");
  const { fetch } = await open(t, {
    zone: { "images.test": [["127.0.0.9", hostAddress]] },
    internet: { isPublicAddress },
  });
  assert.deepEqual(await fetch("https://images.test/a"), photo);
});

test("a host without an address is unreachable", async (t) => {
  const { fetch } = await open(t);
  await assert.rejects(fetch("https://nobody.test/a"), failsAs("url_unreachable", /no address/));
});

test("a port that nobody listens on is unreachable", async (t) => {
  const closed = createServer().listen(0, hostAddress);
  await once(closed, "listening");
  const { port: httpsPort } = closed.address() as AddressInfo;
  closed.close();
  await once(closed, "close");
  const { fetch } = await open(t, { internet: { httpsPort } });
  await assert.rejects(fetch("https://images.test/a"), failsAs("url_unreachable", /could not be reached/));
});

test("a certificate of another host is refused before anything is sent", async (t) => {
  const { fetch, host } = await open(t, { zone: { "other.test": [[hostAddress]] } });
  await assert.rejects(fetch("https://other.test/a"), failsAs("url_unreachable", /certificate/));
  assert.deepEqual([host.connections, host.requests.length], [1, 0]);
});

test("a certificate that nobody vouches for is refused before anything is sent", async (t) => {
  const { fetcher, host } = await open(t);
  const { ca: _ca, ...internet } = host.internet;
  const strict = createImageFetcher({ isEnabled: true, allowHosts: [], maxBytes: 1000, clock: systemClock }, internet);
  await assert.rejects(strict.fetch("https://images.test/a", forever), failsAs("url_unreachable", /certificate/));
  assert.deepEqual([host.connections, host.requests.length], [1, 0]);
  assert.deepEqual(await fetcher.fetch("https://images.test/a", forever), photo);
});

test("an image may have as many bytes as allowed and not one more, announced or not", async (t) => {
  const { fetch } = await open(t, {
    answer(request, response) {
      const [, way, size] = (request.url ?? "").split("/");
      if (way === "announced") response.setHeader("content-length", Number(size));
      else response.write("x");
      response.end(Buffer.alloc(Number(size) - (way === "announced" ? 0 : 1), "x"));
    },
  });
  for (const way of ["announced", "chunked"]) {
    assert.equal((await fetch(`https://images.test/${way}/1000`)).length, 1000);
    await assert.rejects(
      fetch(`https://images.test/${way}/1001`),
      failsAs("url_unreachable", /more than an image may have, 1000 bytes/),
    );
  }
});

test("an image that is announced too large is refused without waiting for it", async (t) => {
  const { fetch } = await open(t, {
    answer: (_request, response) => response.writeHead(200, { "content-length": 1001 }).flushHeaders(),
  });
  await assert.rejects(fetch("https://images.test/a"), failsAs("url_unreachable", /1000 bytes/));
});

test("an image without end is cut off at the limit", async (t) => {
  const { fetch, host } = await open(t, {
    answer(_request, response) {
      const sender = setInterval(() => response.write(Buffer.alloc(300)), 1);
      response.on("close", () => clearInterval(sender));
    },
  });
  await assert.rejects(fetch("https://images.test/a"), failsAs("url_unreachable", /1000 bytes/));
  await eventually(() => host.openSockets === 0, "the connection is closed");
});

for (const status of [201, 204, 206, 304, 400, 401, 403, 404, 429, 500, 503]) {
  test(`status ${status} is no image`, async (t) => {
    const { fetch } = await open(t, { answer: (_request, response) => void response.writeHead(status).end() });
    await assert.rejects(fetch("https://images.test/a"), failsAs("url_unreachable", new RegExp(`status ${status}`)));
  });
}

test("an interim answer is not the answer", async (t) => {
  const { fetch } = await open(t, {
    answer(request, response) {
      response.writeEarlyHints({ link: "</photo>; rel=preload" });
      sendPhoto(request, response);
    },
  });
  assert.deepEqual(await fetch("https://images.test/a"), photo);
});

test("an answer with endless headers is given up", async (t) => {
  const { fetch } = await open(t, {
    answer: (_request, response) => void response.setHeader("x-big", "x".repeat(17_000)).end(photo),
  });
  await assert.rejects(fetch("https://images.test/a"), failsAs("url_unreachable", /too long in its headers/));
});

test("an answer that is no HTTP, one that is cut off, and none at all are unreachable", async (t) => {
  const { fetch } = await open(t, {
    answer(request, response) {
      if (request.url === "/garbage") request.socket.end("\x00\x01 garbage\r\n\r\n");
      else if (request.url === "/none") request.socket.destroy();
      else if (request.url === "/short") response.writeHead(200, { "content-length": 100 });
      response.write("x", () => request.socket.destroy());
    },
  });
  for (const [path, detail] of [
    ["garbage", /no HTTP/],
    ["short", /cut off/],
    ["chunked", /cut off/],
    ["none", /broke the connection/],
  ] as const) {
    await assert.rejects(fetch(`https://images.test/${path}`), failsAs("url_unreachable", detail), path);
  }
});

const stalls: [string, RequestListener][] = [
  ["never answers", () => {}],
  ["stops after its headers", (_request, response) => response.writeHead(200).flushHeaders()],
  [
    "drips one byte after the other",
    (_request, response) => {
      const drip = setInterval(() => response.write("x"), 10);
      response.on("close", () => clearInterval(drip));
    },
  ],
];

for (const [what, answer] of stalls) {
  test(`a server that ${what} is given up when the time is up`, async (t) => {
    const { fetch, host } = await open(t, { answer, options: { timeoutMs: 150 } });
    await assert.rejects(fetch("https://images.test/a"), failsAs("url_unreachable", /within 150 ms/));
    await eventually(() => host.openSockets === 0, "the connection is closed");
  });

  test(`a caller that leaves ends the fetch from a server that ${what}`, async (t) => {
    const { fetch, host } = await open(t, { answer });
    const caller = new AbortController();
    const gone = new Error("gone");
    const fetched = fetch("https://images.test/a", caller.signal);
    await eventually(() => host.requests.length === 1, "the request has arrived");
    caller.abort(gone);
    await assert.rejects(fetched, (error) => error === gone);
    await eventually(() => host.openSockets === 0, "the connection is closed");
  });
}

test("a server that never finishes the TLS handshake is given up when the time is up", async (t) => {
  let openSockets = 0;
  const mute = createServer((socket) => {
    openSockets += 1;
    socket.on("error", () => {}).on("close", () => (openSockets -= 1));
    socket.resume();
  }).listen(0, hostAddress);
  await once(mute, "listening");
  const { port: httpsPort } = mute.address() as AddressInfo;
  const { fetch } = await open(t, { internet: { httpsPort }, options: { timeoutMs: 150 } });
  t.after(() => void mute.close());
  await assert.rejects(fetch("https://images.test/a"), failsAs("url_unreachable", /within 150 ms/));
  await eventually(() => openSockets === 0, "the connection is closed");
  mute.close();
});

test("DNS that stays silent is given up when the time is up", async (t) => {
  const { fetch } = await open(t, {
    options: { timeoutMs: 150 },
    internet: {
      async resolve(_host, signal) {
        await once(signal, "abort");
        return [];
      },
    },
  });
  await assert.rejects(fetch("https://images.test/a"), failsAs("url_unreachable", /within 150 ms/));
});

test("a caller that has already left has nothing looked up", async (t) => {
  const { fetch, host } = await open(t);
  const gone = new Error("gone");
  await assert.rejects(fetch("https://images.test/a", AbortSignal.abort(gone)), (error) => error === gone);
  assert.deepEqual(host.lookups, []);
});

test("no more images than allowed are under way at a time, and who waits too long is told so", async (t) => {
  let most = 0;
  const waiting: ServerResponse[] = [];
  const { fetch, host } = await open(t, {
    answer(_request, response) {
      most = Math.max(most, host.openSockets);
      waiting.push(response);
    },
    options: { concurrency: 2, timeoutMs: 2000 },
  });
  const fetched = Promise.all(Array.from({ length: 5 }, () => fetch("https://images.test/a")));
  for (let answered = 0; answered < 5; answered += 1) {
    await eventually(() => waiting.length > 0, "a request has arrived");
    waiting.shift()?.end(photo);
  }
  assert.equal((await fetched).length, 5);
  assert.equal(most, 2);
  const late = await Promise.allSettled(Array.from({ length: 3 }, () => fetch("https://images.test/a")));
  assert.ok(late.every(({ status }) => status === "rejected"));
  assert.equal(host.requests.length, 7);
});

test("closing the fetcher ends what is under way and what waits", async (t) => {
  const { fetch, fetcher, host } = await open(t, { answer: () => {}, options: { concurrency: 1 } });
  const fetched = Promise.allSettled([fetch("https://images.test/a"), fetch("https://images.test/b")]);
  await eventually(() => host.requests.length === 1, "the request has arrived");
  await fetcher.close();
  for (const result of await fetched) {
    assert.ok(result.status === "rejected" && failsAs("url_unreachable", /stops/)(result.reason));
  }
  assert.equal(host.requests.length, 1);
});
