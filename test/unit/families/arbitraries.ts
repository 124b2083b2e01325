import fc from "fast-check";

const sides = fc.oneof(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 12_000 }));

/** Photo sizes from thumbnails to large photos, strips included. */
export const sizes = fc.record({ width: sides, height: sides });

/** Token budgets, mostly of the order that is really used. */
export const budgets = fc.oneof(fc.integer({ min: 1, max: 1200 }), fc.integer({ min: 1, max: 16_384 }));
