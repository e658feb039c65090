import { laterTexts } from './i18n/catalogue.svelte';

/** Fetches what people need as soon as they write or act, and nobody needs to read. */
export async function loadTools(): Promise<void> {
  await Promise.all([
    laterTexts(),
    import('../components/MessageToolbar.svelte'),
    import('../components/MessageMenus.svelte'),
    import('../components/AccountMenu.svelte'),
    import('../components/MessageEditor.svelte'),
    import('../components/JumpPill.svelte'),
    import('../components/LoadingOlder.svelte'),
    import('../components/TypingNames.svelte'),
    import('../components/MessageDelivery.svelte'),
    import('../components/CompletionList.svelte'),
    import('../components/ReplyStrip.svelte'),
    import('../components/files/DropZone.svelte'),
    import('../components/files/AttachedFiles.svelte'),
    import('./attachments/uploads-of.svelte'),
    import('./composer/suggestions'),
    import('./commands'),
    import('./explain'),
    import('./list-keyboard'),
    import('./state/room-actions'),
  ]).catch(() => undefined);
}
