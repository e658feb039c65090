import type { Code, ErrorBody, FileLimit, QueryFlaw } from '../generated/contract';
import { t, type MessageKey } from './i18n/catalogue.svelte';

/** `offline`: the server was not reached, or did not answer in time. */
export type FailureCode = Code | 'offline';

/** A refusal by the server, or its absence. The message is the server's own, in English. */
export class RequestFailure extends Error {
  readonly field?: string;
  readonly retryAfterMs?: number;
  readonly flaw?: QueryFlaw;
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

const fieldTexts: Record<string, MessageKey> = {
  username: 'error.field.username',
  displayName: 'error.field.displayName',
  password: 'error.field.password',
  new: 'error.field.new',
  current: 'error.field.current',
  name: 'error.field.name',
  topic: 'error.field.topic',
  content: 'error.field.content',
};

/** What to tell the user about a failure, in their language. */
export function explain(error: unknown): string {
  if (!(error instanceof RequestFailure)) return t('error.internal');
  if (error.code === 'rate_limited') {
    return t('error.rate_limited', { n: Math.ceil((error.retryAfterMs ?? 1000) / 1000) });
  }
  const ofField = error.code === 'invalid' ? fieldTexts[error.field ?? ''] : undefined;
  return ofField ? t(ofField) : t(`error.${error.code}`);
}
