/** How an answer read. `free_text`: no JSON at all, although a schema was sent. */
export type AnswerOutcome = "valid" | "repaired" | "truncated" | "invalid" | "free_text";

/** So many answers are looked at, the latest ones. */
const windowAnswers = 20;
/** One image may be beyond any model, and a re-ask makes a bad answer count twice; more than this is the backend's doing. */
const maxBadShare = 0.6;

/** Watches for a backend that begins to answer garbage under a grammar that still works. */
export interface AnswerQuality {
  /** Whether the latest answers are mostly garbage now. */
  add(outcome: AnswerOutcome): boolean;
  /** Another server may answer from now on. */
  forget(): void;
}

export function createAnswerQuality(): AnswerQuality {
  let latest: boolean[] = [];

  return {
    add(outcome) {
      latest.push(outcome === "invalid" || outcome === "truncated");
      if (latest.length > windowAnswers) latest.shift();
      const bad = latest.filter(Boolean).length;
      return latest.length === windowAnswers && bad > maxBadShare * windowAnswers;
    },
    forget() {
      latest = [];
    },
  };
}
