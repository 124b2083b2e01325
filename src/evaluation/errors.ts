import { defineError } from "../kernel/index.ts";
import { StorageUnavailable } from "../storage/index.ts";
import { errorCatalogue } from "../../schemas/index.ts";

export const requestInvalid = defineError(errorCatalogue.request_invalid);
export const notFound = defineError(errorCatalogue.not_found);
const overloaded = defineError(errorCatalogue.overloaded);

const retryAfterSeconds = 5;

/** A store that cannot be reached is a passing trouble to the caller. @throws GatewayError overloaded */
export async function orOverloaded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!(cause instanceof StorageUnavailable)) throw cause;
    throw overloaded("The store cannot be read now. Send the request again after the time in Retry-After.", {
      retryAfterSeconds,
      cause,
    });
  }
}
