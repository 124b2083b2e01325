import type { ArmRecord } from "../predictions/index.ts";

/** Which arms backends are now; handed in, because builds and preparations are others' business. */
export interface ArmsInPlay {
  /** The arm that a backend is with images of this preparation; null where no handshake has told its build. */
  of(backendId: string, preparation: string): ArmRecord | null;
  /** Preparations that live requests get today. */
  preparations(): ReadonlySet<string>;
}
