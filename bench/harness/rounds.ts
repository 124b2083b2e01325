/**
 * The order of the sides in a round (counted from 0): forwards in even rounds, backwards in odd ones. Whatever drifts while a
 * bench runs (other work on the machine, a growing heap) then falls on every side alike.
 */
export function orderInRound<S>(sides: readonly S[], round: number): S[] {
  return round % 2 === 0 ? [...sides] : sides.toReversed();
}
