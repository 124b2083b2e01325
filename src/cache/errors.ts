import { defineError } from "../kernel/index.ts";
import { errorCatalogue } from "../../schemas/index.ts";

export const idempotencyMismatch = defineError(errorCatalogue.idempotency_mismatch);
