/** One limit of a key as its holder may know it. */
export interface LimitState {
  /** Name of the limit, a plain word. */
  name: string;
  unit: "requests" | "vision-tokens";
  limit: number;
  windowSeconds: number;
  remaining: number;
  /** Seconds until there is more; null while the window has not begun. */
  resetSeconds: number | null;
}

/**
 * `RateLimit-Policy` and `RateLimit` as structured fields, after draft-ietf-httpapi-ratelimit-headers-10 (2025-09),
 * sections 3 and 4. Its registry knows no unit for tokens yet: `vision-tokens` is ours.
 */
export function rateLimitHeaders(states: readonly LimitState[]): Record<string, string> {
  if (states.length === 0) return {};
  return {
    "ratelimit-policy": states
      .map(({ name, unit, limit, windowSeconds }) => {
        const quotaUnit = unit === "requests" ? "" : `;qu="${unit}"`;
        return `"${name}";q=${limit}${quotaUnit};w=${windowSeconds}`;
      })
      .join(", "),
    ratelimit: states
      .map(({ name, remaining, resetSeconds }) => {
        const reset = resetSeconds === null ? "" : `;t=${resetSeconds}`;
        return `"${name}";r=${remaining}${reset}`;
      })
      .join(", "),
  };
}
