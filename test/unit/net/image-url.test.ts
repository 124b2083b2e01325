import assert from "node:assert/strict";
import test from "node:test";
import { GatewayError } from "../../../src/kernel/index.ts";
import { createHostRule, parseImageUrl } from "../../../src/net/image-url.ts";

const everyHost = createHostRule([]);

function isForbidden(error: unknown): boolean {
  assert.ok(error instanceof GatewayError, String(error));
  assert.deepEqual([error.code, error.status, error.retryable], ["url_forbidden", 422, false]);
  return true;
}

const plainForms: [string, string][] = [
  ["https://images.test/a.jpg?w=1&token=x#top", "https://images.test/a.jpg?w=1&token=x#top"],
  ["HTTPS://IMAGES.Test:443/A.jpg", "https://images.test/A.jpg"],
  ["https://images.test./a", "https://images.test/a"],
  ["https://b\u00fccher.test/a", "https://xn--bcher-kva.test/a"],
  ["https://\uff49\uff4d\uff47\u3002test\uff0e/a", "https://img.test/a"],
  [" https:\\\\images.test\\a\n", "https://images.test/a"],
  ["https://0177.0.0.1/", "https://127.0.0.1/"],
  ["https://2130706433/", "https://127.0.0.1/"],
  ["https://0x7f000001/", "https://127.0.0.1/"],
  ["https://0x7f.1/", "https://127.0.0.1/"],
  ["https://127.1/", "https://127.0.0.1/"],
  ["https://127.0.0.1./", "https://127.0.0.1/"],
  ["https://127.0.0.1../", "https://127.0.0.1/"],
  ["https://\u2460\u2461\u2466.0.0.1/", "https://127.0.0.1/"],
  ["https://%31%32%37.0.0.1/", "https://127.0.0.1/"],
  ["https://0/", "https://0.0.0.0/"],
  ["https://[0:0:0:0:0:ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/"],
];

for (const [text, plain] of plainForms) {
  test(`${JSON.stringify(text)} is read as ${plain}`, () => assert.equal(parseImageUrl(text, everyHost).href, plain));
}

const forbidden = [
  "",
  "images.test/a.jpg",
  "//images.test/a.jpg",
  "/a.jpg",
  "https://",
  "https:///",
  "not a url",

  "http://images.test/a",
  "ftp://images.test/a",
  "file:///etc/passwd",
  "data:image/png;base64,AAAA",
  "blob:https://x/y",
  "javascript:alert(1)",
  "gopher://images.test/",
  "unix:/var/run/docker.sock",
  "wss://images.test/",
  "https://user@images.test/",
  "https://user:secret@images.test/",
  "https://:secret@images.test/",
  "https://images.test:80/",
  "https://images.test:8443/",
  "https://images.test:22/",
  "https://images.test:0/",
  "https://[fe80::1%25eth0]/",
  "https://[::1/",
  "https://256.0.0.1/",
  "https://1.2.3.4.5/",
  "https://a b/",
];

for (const text of forbidden) {
  test(`${JSON.stringify(text)} is forbidden`, () => assert.throws(() => parseImageUrl(text, everyHost), isForbidden));
}

test("a redirect is read relative to where it came from, and judged in the same way", () => {
  const base = new URL("https://images.test/folder/a.jpg?x=1");
  assert.equal(parseImageUrl("b.jpg", everyHost, base).href, "https://images.test/folder/b.jpg");
  assert.equal(parseImageUrl("//cdn.test/b", everyHost, base).href, "https://cdn.test/b");
  for (const text of ["http://images.test/a", "//images.test:8080/", "//u:p@images.test/", "file:///etc/passwd"]) {
    assert.throws(() => parseImageUrl(text, everyHost, base), isForbidden);
  }
});

test("an empty list allows every host", () => assert.equal(everyHost("anything.test"), true));

const rules: [string[], string[], string[]][] = [
  [["images.test"], ["images.test"], ["www.images.test", "images.test.evil.test", "eimages.test", "test"]],
  [
    ["*.images.test"],
    ["a.images.test", "a.b.images.test"],
    ["images.test", "evilimages.test", "a.images.test.evil.test"],
  ],
  [["Images.TEST.", "*.B\u00dcCHER.test."], ["images.test", "a.xn--bcher-kva.test"], ["xn--bcher-kva.test"]],
  [
    ["93.184.216.34", "[2606:4700::1111]"],
    ["93.184.216.34", "[2606:4700::1111]"],
    ["93.184.216.35", "images.test"],
  ],
];

for (const [list, allowed, refused] of rules) {
  test(`the list ${list.join(", ")} allows ${allowed.join(", ")} and nothing else`, () => {
    const rule = createHostRule(list);
    for (const host of allowed) assert.equal(rule(host), true, host);
    for (const host of refused) assert.equal(rule(host), false, host);
  });
}

test("case, trailing dot and IDN form of a URL's host do not matter to the list", () => {
  const rule = createHostRule(["b\u00fccher.test", "*.images.test"]);
  for (const text of ["https://B\u00dcCHER.test./a", "https://xn--bcher-kva.test/a", "https://A.Images.Test./a"]) {
    assert.ok(parseImageUrl(text, rule));
  }
  assert.throws(() => parseImageUrl("https://images.test/a", rule), isForbidden);
});
