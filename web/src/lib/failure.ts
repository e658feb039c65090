import type {
  Code,
  ErrorBody,
  FileLimit,
  PasswordWeakness,
  QueryFlaw,
} from '../generated/contract';

/** `offline`: the server was not reached, or did not answer in time. */
export type FailureCode = Code | 'offline';

/** A refusal by the server, or its absence. The message is the server's own, in English. */
export class RequestFailure extends Error {
  readonly field?: string;
  readonly retryAfterMs?: number;
  readonly flaw?: QueryFlaw;
  readonly weakness?: PasswordWeakness;
  readonly limit?: FileLimit;
  readonly most?: number;

  constructor(
    readonly code: FailureCode,
    message: string,
    details: Omit<ErrorBody, 'code' | 'message'> = {},
  ) {
    super(message);
    this.name = 'RequestFailure';
    Object.assign(this, details);
  }

  static from({ code, message, ...details }: ErrorBody): RequestFailure {
    return new RequestFailure(code, message, details);
  }

  static offline(): RequestFailure {
    return new RequestFailure('offline', 'the server cannot be reached');
  }
}
