import { defineError } from "../kernel/index.ts";
import { errorCatalogue } from "../../schemas/index.ts";

export const answerInvalid = defineError(errorCatalogue.answer_invalid);
