import type { Canonicaliser } from "../attributes/index.ts";

/** The form in which values of a field are equal; handed in, because the owner may configure more names of values. */
export type Canonicalise = Canonicaliser["canonicalise"];
