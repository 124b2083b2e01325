import { defineError } from "../kernel/index.ts";
import { errorCatalogue } from "../../schemas/index.ts";

export const urlForbidden = defineError(errorCatalogue.url_forbidden);
export const urlUnreachable = defineError(errorCatalogue.url_unreachable);
