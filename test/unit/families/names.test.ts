import assert from "node:assert/strict";
import test from "node:test";
import { familyNames } from "../../../schemas/index.ts";
import { familyIds, getFamily } from "../../../src/families/index.ts";

test("the configuration names exactly the families there are", () => {
  assert.deepEqual([...familyNames], [...familyIds]);
  for (const id of familyIds) assert.equal(getFamily(id).id, id);
});
