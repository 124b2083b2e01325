/**
 * The asymptotic confidence sequence that other products decide by (Waudby-Smith et al. 2023; GrowthBook, TensorZero), tuned for
 * 1,000 pairs. Only here, as the mistake that the error-rate tests must be able to find.
 */
export function asymptoticBound({ alpha }: { alpha: number }) {
  const tunedFor = 1000;
  const rho2 = (-2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha)) + 1) / tunedFor;
  let pairs = 0;
  let sum = 0;
  let squares = 0;
  return {
    push(difference: number): void {
      pairs++;
      sum += difference;
      squares += difference ** 2;
    },
    low(): number {
      const mean = sum / pairs;
      const deviation = Math.sqrt(Math.max(0, squares / pairs - mean ** 2));
      const spread = (2 * (pairs * rho2 + 1)) / (pairs ** 2 * rho2);
      return mean - deviation * Math.sqrt(spread * Math.log(Math.sqrt(pairs * rho2 + 1) / alpha));
    },
  };
}
