import type {
  Announcement,
  ClientLimits,
  Preferences,
  TeamSettings,
} from '../../generated/contract';

/** What waits for the user beside their rooms, and what they want of it; the same on all devices. */
export class Attention {
  /** Unread notifications. */
  notifications = $state(0);
  /** Followed threads with something unread. */
  threads = $state(0);
  /** Undefined until the first `ready`. */
  preferences = $state.raw<Preferences>();
  limits = $state.raw<ClientLimits>();
  team = $state.raw<TeamSettings>();
  /** What stands and the user has not dismissed, newest first. */
  announcements = $state.raw<readonly Announcement[]>([]);

  announce(announcement: Announcement): void {
    this.announcements = [
      announcement,
      ...this.announcements.filter(({ id }) => id !== announcement.id),
    ];
  }

  dismiss(announcementId: string): void {
    this.announcements = this.announcements.filter(({ id }) => id !== announcementId);
  }

  /** Whether the user sees who has read what: neither they nor the server have it off. */
  readonly hasReceipts = $derived(
    (this.preferences?.receipts ?? false) && (this.limits?.receipts ?? false),
  );
}
