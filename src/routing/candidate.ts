/** One usable backend in the numbers that a policy may look at. */
export interface Candidate {
  readonly id: string;
  /** Share under the `weighted` policy; 0 keeps it for the case that nothing else is left, under every policy. */
  readonly weight: number;
  /** Vision and text tokens of the calls it is working on. */
  readonly inFlightTokens: number;
  /** Tokens it has shown it can carry at once. */
  readonly capacityTokens: number;
  /** Calls it may be given right now: its limit minus its calls in flight. */
  readonly freePlaces: number;
}

/** What a policy may know of the request. */
export interface RoutingRequest {
  /** Vision and text tokens it will bring. */
  readonly tokens: number;
}

/**
 * Share of its capacity that a candidate would be using with this request on it. The request itself counts, so that an
 * empty slow backend does not look the same as an empty fast one.
 */
export function loadOf(candidate: Candidate, request: RoutingRequest): number {
  return (count(candidate.inFlightTokens) + count(request.tokens)) / capacityOf(candidate);
}

/** Never 0: a backend without a known capacity is the last to be asked, not a division by zero. */
export function capacityOf(candidate: Candidate): number {
  return Math.max(1, count(candidate.capacityTokens));
}

export function hasWeight(candidate: Candidate): boolean {
  return count(candidate.weight) > 0;
}

/** A number that can be counted with: what is no number, or negative, counts nothing. */
export function count(value: number): number {
  return value > 0 ? Math.min(value, Number.MAX_SAFE_INTEGER) : 0;
}
