import type { Attachment } from '../../generated/contract';
import { explain } from '../explain';
import { RequestFailure } from '../failure';
import { t } from '../i18n/catalogue.svelte';
import type { Session } from '../state/session.svelte';
import { TusCarrier } from './carrier';
import { explainFlaw, flawOf } from './flaws';

/** Has something made of a file that is uploaded for it. What is made is a file of its own: the upload goes, also when it fails. */
export async function withUploaded<T>(
  session: Session,
  file: File,
  make: (uploaded: Attachment) => Promise<T>,
): Promise<T> {
  const carrier = new TusCarrier(session);
  const uploaded = await carrier.begin(file).go(() => undefined);
  try {
    return await make(uploaded);
  } finally {
    await carrier.discard(uploaded.id).catch(() => undefined);
  }
}

/** Why no picture could be made of an upload. */
export function explainImage(error: unknown): string {
  if (error instanceof RequestFailure) {
    if (error.limit) return explainFlaw(flawOf(error));
    if (error.field === 'fileId') return t('avatar.unreadable');
  }
  return explain(error);
}
