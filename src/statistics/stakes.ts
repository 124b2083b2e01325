/**
 * What part of its capital each bettor stakes on every pair, and what part of the first coin it starts with. Nobody
 * knows in advance which stake grows best (it is about `gap / flip rate`: 0.95 where nothing flips, 0.05 where every
 * fifth pair does), so that several play and their capitals are added up. Neighbours lie a factor of two apart: the
 * better one of two always keeps 89 % of the best growth. docs/statistics.md holds the measured power.
 */
const table = [
  [0.95, 0.3],
  [0.5, 0.2],
  [0.25, 0.18],
  [0.125, 0.14],
  [0.0625, 0.1],
  [0.03125, 0.05],
  [0.015625, 0.03],
] as const;

/** Stakes, each in (0, 1): a stake of 1 would lose everything with the first lost garment. */
export const stakes: Float64Array = Float64Array.from(table, ([stake]) => stake);

/** What each stake starts with; adds up to 1. */
export const shares: Float64Array = Float64Array.from(table, ([, share]) => share);
