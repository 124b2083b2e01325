import assert from "node:assert/strict";
import { test } from "node:test";
import { criticalFields, fieldWeights, totalWeight } from "../../../src/attributes/index.ts";
import { fieldNames } from "../../../schemas/index.ts";

test("the weights are those of the model card and sum to 12.5", () => {
  assert.deepEqual(fieldWeights, {
    type: 2.5,
    color: 1,
    pattern: 1,
    neckline: 1,
    sleeve_length: 1,
    closure: 1,
    brand: 1.5,
    size: 1.5,
    defect_type: 2,
  });
  assert.equal(totalWeight, 12.5);
});

test("every field has a weight, and the critical ones are those that weigh more than one", () => {
  assert.deepEqual(Object.keys(fieldWeights), [...fieldNames]);
  assert.deepEqual(criticalFields.toSorted(), fieldNames.filter((field) => fieldWeights[field] > 1).toSorted());
});
