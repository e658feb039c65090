import type { Attachment, Message } from '../../generated/contract';
import { t } from '../i18n/catalogue.svelte';
import type { People } from '../state/people.svelte';
import { withShownNames } from './markdown-references';
import { plainText } from './plain';
import { voiceTime } from './voice-time';

/** What a message says in one line, for quotes and lists; of one without words, what it has. Reactive. */
export function summaryOf(
  { content, deleted, hidden, files, mentions }: Message,
  people: Pick<People, 'named'>,
): string {
  if (deleted) return t('message.deleted');
  if (hidden) return t('message.hidden');
  return withShownNames(plainText(content), people.named(mentions)) || filesText(files ?? []);
}

function filesText(files: readonly Attachment[]): string {
  const n = files.length;
  const isPhotos = files.every(({ kind }) => kind === 'image');
  if (n > 0 && isPhotos) return t('files.photos', { n });
  const [{ voice } = {}] = files;
  if (n === 1 && voice) return t('files.voice', { time: voiceTime(voice.durationMs) });
  return n > 1 ? t('files.count', { n }) : (files[0]?.name ?? '');
}
