import { defineError } from "../kernel/index.ts";
import { errorCatalogue } from "../../schemas/index.ts";

export const backendFailed = defineError(errorCatalogue.backend_failed);
export const noBackend = defineError(errorCatalogue.no_backend);
export const overloaded = defineError(errorCatalogue.overloaded);
export const answerInvalid = defineError(errorCatalogue.answer_invalid);
export const imageCorrupt = defineError(errorCatalogue.image_corrupt);
export const tooManyImages = defineError(errorCatalogue.too_many_images);
export const modelNotFound = defineError(errorCatalogue.not_found);
export const requestRefused = defineError(errorCatalogue.request_invalid);
