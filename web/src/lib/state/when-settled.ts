import { team } from '../emoji/team.svelte';
import { keepForOffline } from '../service-worker';
import type { Chat } from './chat.svelte';
import { Keeping } from './keeping';
import { tellOfTexts } from './lost-room';

/** What is done once there is something to read, until the function is called that it returns. */
export function whenSettled(chat: Chat): () => void {
  // The next start makes good what the network or a reload kept from coming.
  void keepForOffline();
  void tellOfTexts(chat, ...chat.outbox.roomIds);
  // Who presses Ctrl+K or Ctrl+Shift+F writes on at once.
  void Promise.all([
    import('../../components/Dialogs.svelte'),
    import('../../components/dialogs/QuickSwitcher.svelte'),
    import('../../components/search/SearchPanel.svelte'),
  ]).catch(() => undefined);
  const ends = [team.follow(chat), new Keeping(chat).start()];
  return () => ends.forEach((end) => end());
}
