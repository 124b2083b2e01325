import { defineError } from "../kernel/index.ts";
import { errorCatalogue } from "../../schemas/index.ts";

export const requestInvalid = defineError(errorCatalogue.request_invalid);
export const notFound = defineError(errorCatalogue.not_found);
