/** An answer other than 200, exactly as vLLM words it. Some bodies hold an object under `error`, some a string. */
export class WireError extends Error {
  readonly status: number;
  readonly body: { error: string | { message: string; type: string; param: string | null; code: number } };
  readonly headers: Record<string, string>;

  constructor(status: number, body: WireError["body"], headers: Record<string, string> = {}) {
    super(typeof body.error === "string" ? body.error : body.error.message);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

export function wireError(status: number, type: string, message: string, param: string | null = null): WireError {
  return new WireError(status, { error: { message, type, param, code: status } });
}

/** A request that is well-formed and still wrong: context length, images, schemas, option rules. */
export function badRequest(message: string, param: string | null = null): WireError {
  return wireError(400, "BadRequestError", message, param);
}

export function unauthorized(): WireError {
  return new WireError(401, { error: "Unauthorized" });
}

export function unknownModel(model: string): WireError {
  return wireError(404, "NotFoundError", `The model \`${model}\` does not exist.`, "model");
}

export function internalError(message = "Internal server error"): WireError {
  return wireError(500, "InternalServerError", message);
}

export function engineDead(): WireError {
  return internalError("EngineCore encountered an issue. See stack trace (above) for the root cause.");
}
