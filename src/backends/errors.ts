import { errorCatalogue } from "../../schemas/index.ts";
import { defineError } from "../kernel/index.ts";

export const backendFailed = defineError(errorCatalogue.backend_failed);
export const noBackend = defineError(errorCatalogue.no_backend);
