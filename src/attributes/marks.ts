/**
 * How nine fields compare with a label, as nine characters in the order of `fieldNames`: `1` right, `0` wrong,
 * `-` not labelled. A string, because evaluations keep and read millions of them.
 */
export type FieldMarks = string;

/** What a label says of each of nine fields: `v` a value, `n` that there is none, `-` nothing. */
export type TruthKinds = string;
