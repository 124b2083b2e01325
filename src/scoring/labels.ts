import type { FieldName } from "../../schemas/index.ts";

/** What a garment is: a missing field is not labelled, null is labelled as absent. */
export type Labels = Partial<Record<FieldName, string | null>>;

/** What was answered, by key; null where nothing usable was. A missing key is no answer, null is "nothing there". */
export type Predicted = Readonly<Partial<Record<string, unknown>>> | null;
