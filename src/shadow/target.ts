import type { Attributes, FieldName } from "../../schemas/index.ts";
import type { KeptImage } from "../predictions/index.ts";

/** A backend as the mirror sees it. */
export interface Target {
  readonly id: string;
  /** It has passed its handshake, and no operator has taken it out. */
  readonly isReady: boolean;
  readonly isLive: boolean;
  /** Live calls under way, and how many it may be given. */
  readonly liveCalls: number;
  readonly limit: number;
  /** The GPU it shares with other backends, where the configuration says so. */
  readonly card: string | null;
}

/** What the mirror has to know of the fleet. */
export interface FleetView {
  find(id: string): Target | null;
  all(): readonly Target[];
  /** Live requests that wait, at the door and for a place. */
  liveWaiting(): number;
}

/** How a mirrored call ended. `busy`, `away` and `taken_back` say nothing about the build. */
export type Asked =
  | {
      kind: "answered";
      /** Null where the answer stayed invalid. */
      attributes: Attributes | null;
      confidence: Record<FieldName, number | null> | null;
      isClean: boolean;
      attempts: number;
      latencyMs: number;
      promptTokens: number;
      completionTokens: number;
    }
  | { kind: "failed"; failure: string; latencyMs: number }
  | { kind: "busy"; retryAfterMs: number }
  | { kind: "away" }
  /** We ended it, for live traffic or for good. */
  | { kind: "taken_back" };

export type AskTarget = (
  backendId: string,
  images: readonly KeptImage[],
  options: { signal: AbortSignal; timeoutMs: number },
) => Promise<Asked>;
