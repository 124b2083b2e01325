import { defineError } from "../kernel/index.ts";
import { errorCatalogue } from "../../schemas/index.ts";

export const requestInvalid = defineError(errorCatalogue.request_invalid);
export const imageMissing = defineError(errorCatalogue.image_missing);
export const notFound = defineError(errorCatalogue.not_found);
export const bodyTooLarge = defineError(errorCatalogue.body_too_large);
export const imageTooLarge = defineError(errorCatalogue.image_too_large);
export const unsupportedMediaType = defineError(errorCatalogue.unsupported_media_type);
export const tooManyImages = defineError(errorCatalogue.too_many_images);
export const imageCorrupt = defineError(errorCatalogue.image_corrupt);
export const deadlineExceeded = defineError(errorCatalogue.deadline_exceeded);
export const internalError = defineError(errorCatalogue.internal);
