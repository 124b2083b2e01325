/**
 * What part of its capital each bettor stakes on every pair, and what part of the first coin it starts with. Nobody
 * knows in advance which stake grows best (it is about `gap / variance` of the differences: 0.95 where nothing flips, 0.05
 * where every fifth pair does), so that several play and their capitals are added up. Neighbours lie a factor of about two
 * apart: the better one of them keeps 85 % of the best growth. Chosen by measurement: docs/statistics.md.
 */
const table = [
  [0.95, 0.4],
  [0.45, 0.2],
  [0.2, 0.2],
  [0.09, 0.12],
  [0.04, 0.06],
  [0.018, 0.02],
] as const;

/** Stakes, each in (0, 1): a stake of 1 would lose everything with the first lost garment. */
export const stakes: readonly number[] = table.map(([stake]) => stake);

/** What each stake starts with; adds up to 1. */
export const shares: readonly number[] = table.map(([, share]) => share);
