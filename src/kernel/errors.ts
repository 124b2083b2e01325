/** What a caller may learn about a failure: the fixed part of one error code of the contract. */
export interface ErrorDefinition {
  readonly code: string;
  /** HTTP status of the answer. */
  readonly status: number;
  /** Short, fixed human name of the code. */
  readonly title: string;
  /** Whether sending the same request again can succeed. */
  readonly retryable: boolean;
  /** One sentence for docs/errors.md: when this happens. */
  readonly when: string;
}

/** One mistake inside a request, as `errors[]` of RFC 9457 problem details lists it. */
export interface ErrorItem {
  path: string;
  message: string;
}

interface ErrorExtras {
  /** Overrides the definition, where one code is retryable in some cases only. */
  retryable?: boolean;
  /** Seconds for the Retry-After header. */
  retryAfterSeconds?: number;
  errors?: ErrorItem[];
  /** The private reason, for the log only; never rendered. */
  cause?: unknown;
}

/**
 * An expected failure with a code of the contract. `message` is public: it tells the caller what to do and names no
 * internals. `cause` is private and only logged.
 */
export class GatewayError extends Error {
  readonly definition: ErrorDefinition;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly errors: ErrorItem[];

  constructor(definition: ErrorDefinition, detail: string, extras: ErrorExtras = {}) {
    super(detail, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = "GatewayError";
    this.definition = definition;
    this.retryable = extras.retryable ?? definition.retryable;
    this.retryAfterSeconds = extras.retryAfterSeconds;
    this.errors = extras.errors ?? [];
  }

  get code(): string {
    return this.definition.code;
  }

  get status(): number {
    return this.definition.status;
  }
}

/** A factory for one error code: `throw imageCorrupt("The PNG ends early.")`. */
export interface ErrorFactory {
  (detail: string, extras?: ErrorExtras): GatewayError;
  readonly definition: ErrorDefinition;
}

/** A factory for one error code of the contract (schemas/http/problem.ts). Each room lists those it throws in its `errors.ts`. */
export function defineError(definition: ErrorDefinition): ErrorFactory {
  const create = (detail: string, extras?: ErrorExtras) => new GatewayError(definition, detail, extras);
  return Object.assign(create, { definition });
}
