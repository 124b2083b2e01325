import { defineError } from "../kernel/index.ts";
import { errorCatalogue } from "../../schemas/index.ts";
import { StorageUnavailable } from "./errors.ts";

const overloaded = defineError(errorCatalogue.overloaded);

const retryAfterSeconds = 5;

/** A store that cannot be reached is a passing trouble to the caller. @throws GatewayError overloaded; what `work` throws */
export async function orOverloaded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!(cause instanceof StorageUnavailable)) throw cause;
    throw overloaded("The store cannot be reached now. Send the request again after the time in Retry-After.", {
      retryAfterSeconds,
      cause,
    });
  }
}
