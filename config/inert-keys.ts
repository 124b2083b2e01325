/**
 * Keys that the configuration accepts and that change nothing yet, for the start-up log. A capability takes its keys
 * off this list when it lands.
 */
export const inertKeys: readonly string[] = ["review.target_precision"];
