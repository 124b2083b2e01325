import { defineError } from "../kernel/index.ts";
import { errorCatalogue } from "../../schemas/index.ts";

export const imageTooLarge = defineError(errorCatalogue.image_too_large);
export const unsupportedMediaType = defineError(errorCatalogue.unsupported_media_type);
export const imageCorrupt = defineError(errorCatalogue.image_corrupt);
export const imageTooManyPixels = defineError(errorCatalogue.image_too_many_pixels);
export const overloaded = defineError(errorCatalogue.overloaded);
