import { RequestFailure } from './failure';
import { t, type MessageKey } from './i18n/catalogue.svelte';

const fieldTexts: Record<string, MessageKey> = {
  username: 'error.field.username',
  displayName: 'error.field.name',
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
  if (error.weakness) return t(`error.password.${error.weakness}`);
  const ofField = error.code === 'invalid' ? fieldTexts[error.field ?? ''] : undefined;
  return ofField ? t(ofField) : t(`error.${error.code}`);
}
