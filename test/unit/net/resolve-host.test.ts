import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import test from "node:test";
import type { TestContext } from "node:test";
import { resolveHost } from "../../../src/net/internet.ts";

const types = { 1: "A", 28: "AAAA" } as const;

/** A DNS server on loopback that knows one list of addresses for each type of record; it stays silent where there is none. */
async function openDns(t: TestContext, records: Partial<Record<"A" | "AAAA", Buffer[] | "no such name">>) {
  const socket = createSocket("udp4");
  const questions: string[] = [];
  socket.on("message", (query, from) => {
    // The question: length-prefixed labels up to a zero byte, then type and class (RFC 1035, section 4.1.2).
    const nameEnd = query.indexOf(0, 12);
    const question = query.subarray(12, nameEnd + 5);
    const type = query.readUInt16BE(nameEnd + 1);
    const kind = types[type as keyof typeof types];
    questions.push(kind);
    const found = records[kind];
    if (found === undefined) return;
    const data = found === "no such name" ? [] : found;
    const head = Buffer.from([0, 0, 0x81, found === "no such name" ? 0x83 : 0x80, 0, 1, 0, data.length, 0, 0, 0, 0]);
    query.copy(head, 0, 0, 2);
    const answers = data.map((bytes) =>
      Buffer.concat([Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length]), bytes]),
    );
    socket.send(Buffer.concat([head, question, ...answers]), from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  t.after(() => socket.close());
  return { servers: [`127.0.0.1:${socket.address().port}`], questions };
}

const forever = new AbortController().signal;

test("a host has the addresses of both families", async (t) => {
  const { servers } = await openDns(t, {
    A: [Buffer.from([93, 184, 216, 34]), Buffer.from([10, 0, 0, 1])],
    AAAA: [Buffer.from("26064700000000000000000000001111", "hex")],
  });
  const addresses = await resolveHost("images.test", forever, servers);
  assert.deepEqual(addresses, ["93.184.216.34", "10.0.0.1", "2606:4700::1111"]);
});

test("a host with addresses of one family has those", async (t) => {
  const { servers } = await openDns(t, { A: [Buffer.from([93, 184, 216, 34])], AAAA: [] });
  assert.deepEqual(await resolveHost("images.test", forever, servers), ["93.184.216.34"]);
});

test("a host that does not exist has no addresses", async (t) => {
  const { servers } = await openDns(t, { A: "no such name", AAAA: "no such name" });
  assert.deepEqual(await resolveHost("images.test", forever, servers), []);
});

test("what is asked is the name itself, without the machine's search list and hosts file", async (t) => {
  const { servers, questions } = await openDns(t, { A: "no such name", AAAA: "no such name" });
  assert.deepEqual(await resolveHost("metadata", forever, servers), []);
  assert.deepEqual(questions.sort(), ["A", "AAAA"]);
});

test("a name server that stays silent is given up when the signal aborts", async (t) => {
  const { servers } = await openDns(t, {});
  const caller = new AbortController();
  const addresses = resolveHost("images.test", caller.signal, servers);
  caller.abort();
  assert.deepEqual(await addresses, []);
});
