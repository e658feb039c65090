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
  /** Images, beginning with one of them. */
  | { name: 'lightbox'; files: readonly Attachment[]; first: Attachment }
  | { name: 'question'; question: Question };

/** The one dialog that is open. */
class Dialogs {
  current = $state.raw<OpenDialog | null>(null);

  open(dialog: OpenDialog): void {
    this.current = dialog;
  }

  /** Asks before something that cannot be undone. */
  ask(question: Question): void {
    this.current = { name: 'question', question };
  }

  close(): void {
    this.current = null;
  }
}

export const dialogs = new Dialogs();
