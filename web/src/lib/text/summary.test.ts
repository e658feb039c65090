import { expect, it } from 'vitest';
import type { Attachment } from '../../generated/contract';
import { followLanguage } from '../i18n/catalogue.svelte';
import { People } from '../state/people.svelte';
import { ana, message } from '../testing';
import { summaryOf } from './summary';

const file = (name: string, kind: Attachment['kind']): Attachment => ({
  ...{ id: name, name, size: 1, type: '', kind },
});

it('says what a message has that has no words', async () => {
  await followLanguage();
  const photo = file('a.jpg', 'image');
  const people = new People();
  const paper = file('plan.pdf', 'other');
  const summary = (content: string, ...files: Attachment[]) =>
    summaryOf(message(1, { content, files }), people);
  expect(summary('look', photo)).toBe('look');
  expect(summary('', photo)).toBe('Photo');
  expect(summary('', photo, photo)).toBe('2 photos');
  expect(summary('', paper)).toBe('plan.pdf');
  expect(summary('', paper, photo)).toBe('2 files');
  const voice = { durationMs: 12_400, peaks: '' };
  expect(summary('', { ...file('voice.webm', 'audio'), voice })).toBe('Voice message (0:12)');
  expect(summary('', { ...file('voice.webm', 'audio'), voice }, paper)).toBe('2 files');
  const gone = message(1, { content: '', deleted: true });
  expect(summaryOf(gone, people)).toBe('This message was deleted.');
});

it('calls people what they are called', () => {
  const people = new People();
  people.learn({ ...ana, displayName: '안나' });
  const said = message(1, { content: '**@ana님**, @anabel, ask @ana', mentions: ['ana'] });
  expect(summaryOf(said, people)).toBe('@안나님, @anabel, ask @안나');
  const asCalled = message(2, { content: '**@안나가** asked @Ana', mentions: ['ana'] });
  expect(summaryOf(asCalled, people)).toBe('@안나가 asked @안나');
});
