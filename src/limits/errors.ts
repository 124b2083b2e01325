import { defineError } from "../kernel/index.ts";
import { errorCatalogue } from "../../schemas/index.ts";

export const overloaded = defineError(errorCatalogue.overloaded);
export const rateLimited = defineError(errorCatalogue.rate_limited);
export const unauthorized = defineError(errorCatalogue.unauthorized);
export const forbidden = defineError(errorCatalogue.forbidden);
