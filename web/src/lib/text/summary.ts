import type { Attachment, Message } from '../../generated/contract';
import { t } from '../i18n/catalogue.svelte';
import { plainText } from './plain';

/** What a message says in one line, for quotes and lists; of one without words, what it has. */
export function summaryOf({ content, deleted, files }: Message): string {
  return deleted ? t('message.deleted') : plainText(content) || filesText(files ?? []);
}

function filesText(files: readonly Attachment[]): string {
  const n = files.length;
  const isPhotos = files.every(({ kind }) => kind === 'image');
  if (n > 0 && isPhotos) return t('files.photos', { n });
  return n > 1 ? t('files.count', { n }) : (files[0]?.name ?? '');
}
