import type { AdminPageName } from '../../components/server/pages';
import type { Attachment, Message, RoomSummary } from '../../generated/contract';

export interface Question {
  title: string;
  text: string;
  action: string;
  /** May throw; the dialog stays open and says why. */
  run: () => Promise<void>;
}

/** The pages of the settings. */
export type SettingsPage =
  | 'profile'
  | 'appearance'
  | 'notifications'
  | 'privacy'
  | 'devices'
  | 'security'
  | 'keyboard'
  | 'emoji'
  | 'about';

export type OpenDialog =
  | { name: 'createRoom' }
  | { name: 'newDirect' }
  | { name: 'browseRooms' }
  | { name: 'inviteLink' }
  | { name: 'settings'; page?: SettingsPage }
  | { name: 'administration'; page?: AdminPageName }
  | { name: 'switcher' }
  | { name: 'shortcuts' }
  | { name: 'commands' }
  | { name: 'remind' | 'report'; message: Message }
  | { name: 'status' }
  | { name: 'inviteToRoom'; room: RoomSummary }
  | { name: 'editRoom'; room: RoomSummary }
  | { name: 'archive'; room: RoomSummary }
  /** Images, beginning with one of them. */
  | { name: 'lightbox'; files: readonly Attachment[]; first: Attachment }
  | { name: 'question'; question: Question };

/** What is open in front of the page. */
class Dialogs {
  /** Each lies over the one before. */
  stack = $state.raw<readonly OpenDialog[]>([]);
  /** What is shown in one is shown only once: it stays until its user is done with it. */
  isHeld = $state(false);

  /** The one that can be used. */
  get current(): OpenDialog | null {
    return this.stack.at(-1) ?? null;
  }

  /** In place of whatever is open. */
  open(dialog: OpenDialog): void {
    this.stack = [dialog];
  }

  /** Over whatever is open, which is there again as it was when this is closed. */
  lay(dialog: OpenDialog): void {
    this.stack = [...this.stack, dialog];
  }

  /** Asks before something that cannot be undone. */
  ask(question: Question): void {
    this.lay({ name: 'question', question });
  }

  /** Until the function is called that it returns. */
  hold(): () => void {
    this.isHeld = true;
    return () => (this.isHeld = false);
  }

  close(): void {
    this.stack = this.stack.slice(0, -1);
  }

  clear(): void {
    this.stack = [];
  }
}

export const dialogs = new Dialogs();
