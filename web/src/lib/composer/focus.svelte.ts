import { untrack } from 'svelte';
import type { Conversation } from '../state/conversation.svelte';
import { panel } from '../state/panel.svelte';

/** The composer that is written in. */
interface Composer {
  readonly field: HTMLTextAreaElement | undefined;
  readonly conversation: Conversation;
  /** On a phone the keyboard comes only when it is called. */
  readonly isDesk: boolean;
}

/** When a composer has the cursor without being asked: as it opens, for a reply, and after an edit. */
export class ComposerFocus {
  readonly #composer: Composer;

  /** To be made while the component is. */
  constructor(composer: Composer) {
    this.#composer = composer;
    const { conversation } = composer;

    $effect(() => {
      // Whoever goes through what was found by keyboard goes on with that.
      if (conversation.threadRoot || !panel.hasFocus) this.offer();
    });

    // A reply begins; one that comes with the draft does not.
    let wasReplyingTo = untrack(() => conversation.replyingTo?.id);
    $effect(() => {
      const { replyingTo } = conversation;
      if (replyingTo && replyingTo.id !== wasReplyingTo) this.take();
      wasReplyingTo = replyingTo?.id;
    });

    // After an edit the cursor is where the next message is written.
    let wasEditing = false;
    $effect(() => {
      const isEditing = conversation.editingId !== null;
      if (wasEditing && !isEditing && conversation.editedFrom === 'composer') this.offer();
      wasEditing = isEditing;
    });
  }

  take(): void {
    const { field } = this.#composer;
    field?.focus({ preventScroll: true });
    // A dialog that gave the focus back may have left the cursor elsewhere: what is typed would be lost.
    field?.setSelectionRange(field.selectionStart, field.selectionEnd);
  }

  /** Takes the focus where that calls no keyboard over the room. */
  offer(): void {
    if (this.#composer.isDesk) this.#composer.field?.focus({ preventScroll: true });
  }
}
