import assert from "node:assert/strict";
import test from "node:test";
import { Ajv } from "ajv";
import { AttributesAnswerSchema, errorCatalogue, OpenAiErrorSchema, ProblemSchema } from "../../schemas/index.ts";
import type { Problem } from "../../schemas/index.ts";
import { buildStubGateway } from "../support/stub-gateway.ts";

interface Media {
  schema: { $ref?: string };
  example?: unknown;
}

interface Operation {
  requestBody?: { content: Record<string, Media> };
  parameters?: { name: string; in: string }[];
  responses: Record<string, { description: string; headers?: object; content?: Record<string, Media> }>;
}

type Paths = Record<string, Record<string, Operation>>;

const ajv = new Ajv({ strict: false });

async function describe(): Promise<Paths> {
  const { app } = await buildStubGateway();
  try {
    return (await app.inject("/openapi.json")).json<{ paths: Paths }>().paths;
  } finally {
    await app.close();
  }
}

test("every error in openapi.json is the shared problem, with an example of its own status", async () => {
  const isProblem = ajv.compile<Problem>(ProblemSchema);
  const isOpenAiError = ajv.compile(OpenAiErrorSchema);
  for (const [path, operations] of Object.entries(await describe())) {
    for (const [status, { content = {} }] of Object.values(operations).flatMap(({ responses }) =>
      Object.entries(responses),
    )) {
      if (Number(status) < 400 || path === "/readyz") continue;
      const where = `${path} ${status}`;
      const [[type, { schema, example }] = assert.fail(where)] = Object.entries(content);
      if (path === "/v1/chat/completions") {
        assert.deepEqual([type, schema.$ref], ["application/json", "#/components/schemas/OpenAiError"], where);
        assert.ok(isOpenAiError(example), where);
      } else {
        assert.deepEqual([type, schema.$ref], ["application/problem+json", "#/components/schemas/Problem"], where);
        const problem: unknown = example;
        assert.ok(isProblem(problem), where);
        assert.equal(problem.status, Number(status), where);
        assert.equal(errorCatalogue[problem.code].status, Number(status), where);
      }
    }
  }
});

test("the example of an answer is an answer", async () => {
  const paths = await describe();
  const example = paths["/v1/attributes"]?.["post"]?.responses["200"]?.content?.["application/json"]?.example;
  assert.ok(ajv.compile(AttributesAnswerSchema)(example));
});

test("both routes that ask a model describe their priority and request id", async () => {
  const paths = await describe();
  for (const path of ["/v1/attributes", "/v1/chat/completions"]) {
    const headers = paths[path]?.["post"]?.parameters?.filter((each) => each.in === "header").map(({ name }) => name);
    assert.ok(headers?.includes("x-priority") && headers.includes("x-request-id"), path);
  }
});
