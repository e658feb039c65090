import { beforeEach, describe, expect, it } from 'vitest';
import { dialogs, type Question } from './dialogs.svelte';

const question: Question = { title: '', text: '', action: '', run: async () => undefined };

describe('dialogs', () => {
  beforeEach(() => dialogs.clear());

  it('give way to a question, and are there again after it', () => {
    dialogs.open({ name: 'administration', page: 'rooms' });
    const below = dialogs.current;
    dialogs.ask(question);
    expect(dialogs.current).toEqual({ name: 'question', question });
    dialogs.close();
    expect(dialogs.current).toBe(below);
    dialogs.close();
    expect(dialogs.current).toBeNull();
  });

  it('give way to another that they lead to', () => {
    dialogs.open({ name: 'administration' });
    dialogs.lay({ name: 'inviteLink' });
    expect(dialogs.stack.map(({ name }) => name)).toEqual(['administration', 'inviteLink']);
  });

  it('take the place of all before, and close together', () => {
    dialogs.open({ name: 'settings' });
    dialogs.ask(question);
    dialogs.open({ name: 'switcher' });
    expect(dialogs.stack.map(({ name }) => name)).toEqual(['switcher']);
    dialogs.ask(question);
    dialogs.clear();
    expect(dialogs.current).toBeNull();
  });
});
