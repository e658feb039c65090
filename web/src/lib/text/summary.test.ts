import { expect, it } from 'vitest';
import type { Attachment } from '../../generated/contract';
import { followLanguage } from '../i18n/catalogue.svelte';
import { message } from '../testing';
import { summaryOf } from './summary';

const file = (name: string, kind: Attachment['kind']): Attachment => ({
  ...{ id: name, name, size: 1, type: '', kind },
});

it('says what a message has that has no words', async () => {
  await followLanguage();
  const photo = file('a.jpg', 'image');
  const paper = file('plan.pdf', 'other');
  const summary = (content: string, ...files: Attachment[]) =>
    summaryOf(message(1, { content, files }));
  expect(summary('look', photo)).toBe('look');
  expect(summary('', photo)).toBe('Photo');
  expect(summary('', photo, photo)).toBe('2 photos');
  expect(summary('', paper)).toBe('plan.pdf');
  expect(summary('', paper, photo)).toBe('2 files');
  expect(summaryOf(message(1, { content: '', deleted: true }))).toBe('This message was deleted.');
});
