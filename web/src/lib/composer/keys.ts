import { isComposing, isSubmit } from '../keyboard';
import type { Conversation } from '../state/conversation.svelte';
import type { Completion } from './completion.svelte';
import type { Departure } from './departure.svelte';
import { applyEdit, replacement } from './edit';
import { continueList, format, formatOf } from './formatting';
import type { Suggestion } from './suggestions';
import { isInFence } from './trigger';

/** The composer that the keys are pressed in. */
interface Composer {
  readonly field: HTMLTextAreaElement | undefined;
  readonly conversation: Conversation;
  readonly completion: Completion;
  readonly departure: Departure;
  /** Enter breaks the line instead of sending. */
  readonly breaksLines: boolean;
}

/** What the keys do in a composer: first for what is offered, then for the message, then for its text. */
export class ComposerKeys {
  readonly #composer: Composer;

  constructor(composer: Composer) {
    this.#composer = composer;
  }

  press(event: KeyboardEvent): void {
    const { field } = this.#composer;
    // What an input method composes is its own: no syllable is sent twice, or cut in half.
    if (!field || isComposing(event)) return;
    if (this.#complete(event, field) || this.#act(event, field) || edit(event, field)) {
      event.preventDefault();
    }
  }

  /** Puts a suggestion in place of what was typed of it. */
  choose(suggestion: Suggestion): void {
    const { field, completion } = this.#composer;
    if (!field || (suggestion.kind === 'group' && suggestion.refusal)) return;
    applyEdit(field, replacement(completion.start, field.selectionStart, suggestion.insert));
    completion.close();
  }

  /** True when the list of suggestions takes the key. */
  #complete(
    { key, shiftKey, ctrlKey, metaKey }: KeyboardEvent,
    { value }: HTMLTextAreaElement,
  ): boolean {
    const { completion } = this.#composer;
    const chosen = completion.suggestions[completion.active];
    // Ctrl+Enter sends, whatever may be offered.
    if (!chosen || ctrlKey || metaKey) return false;
    if (key === 'ArrowDown' || key === 'ArrowUp') completion.move(key === 'ArrowDown' ? 1 : -1);
    // A command whose word is complete is carried out.
    else if (key === 'Enter' && value === chosen.insert.trim()) return false;
    else if ((key === 'Enter' && !shiftKey) || key === 'Tab') this.choose(chosen);
    else if (key === 'Escape') completion.dismiss();
    else return false;
    return true;
  }

  /** True when the key was about the message. */
  #act(event: KeyboardEvent, { value, selectionStart }: HTMLTextAreaElement): boolean {
    const { conversation, departure, breaksLines } = this.#composer;
    const isAlways = event.ctrlKey || event.metaKey;
    const breaksLine = breaksLines || isInFence(value.slice(0, selectionStart));
    if (isSubmit(event) && (isAlways || !breaksLine)) {
      departure.send();
      return true;
    }
    if (event.key === 'ArrowUp' && value === '') return conversation.editLast();
    if (event.key === 'Escape' && conversation.replyingTo) {
      conversation.replyingTo = null;
      return true;
    }
    return false;
  }
}

/** True when the key was about how the text looks. */
function edit(event: KeyboardEvent, field: HTMLTextAreaElement): boolean {
  const { selectionStart: start, selectionEnd: end, value } = field;
  const how = formatOf(event);
  const breaksLine = event.key === 'Enter' && start === end;
  const change = how ? format(value, start, end, how) : breaksLine && continueList(value, start);
  if (!change) return false;
  applyEdit(field, change);
  return true;
}
