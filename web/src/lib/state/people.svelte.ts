import { SvelteMap } from 'svelte/reactivity';
import type { Message, UserRef } from '../../generated/contract';
import { t } from '../i18n/catalogue.svelte';
import type { Named } from '../text/markdown-references';

/** Everybody whose name this client has come across. */
export class People {
  readonly #known = new SvelteMap<string, UserRef>();

  learn(...users: UserRef[]): void {
    for (const told of users) {
      const user = told.erased ? { ...told, displayName: t('member.erased') } : told;
      const known = this.#known.get(user.id);
      if (!known || !isSame(known, user)) this.#known.set(user.id, user);
    }
  }

  learnFrom(messages: readonly Message[]): void {
    for (const message of messages) this.learn(message.user);
  }

  find(id: string): UserRef | undefined {
    return this.#known.get(id);
  }

  /** Somebody as they are called and look now. Reactive. */
  now(user: UserRef): UserRef {
    return this.#known.get(user.id) ?? user;
  }

  /** Everybody who is known. Reactive. */
  get all(): UserRef[] {
    return [...this.#known.values()];
  }

  /** These people by the names that mention them: a username, in any case, and what they are called. */
  named(ids: readonly string[]): Named[] {
    return ids.flatMap((id) => {
      const { username, displayName } = this.#known.get(id) ?? {};
      if (!username || !displayName) return [];
      return [username, displayName].map((name) => ({ name, id, shown: displayName }));
    });
  }

  /** Who a text seems to mention, before the server has said so. */
  namedIn(text: string): Named[] {
    const lower = text.toLowerCase();
    const meant = this.all.filter(
      ({ username, displayName }) =>
        username &&
        (lower.includes(`@${username.toLowerCase()}`) || text.includes(`@${displayName}`)),
    );
    return this.named(meant.map(({ id }) => id));
  }

  /** Whoever has this username, in any case, if they are known. */
  withUsername(username: string): UserRef | undefined {
    const sought = username.toLowerCase();
    return this.all.find((user) => user.username?.toLowerCase() === sought);
  }

  /** The display name, if they were met. */
  name(id: string): string {
    return this.find(id)?.displayName ?? t('member.unknown');
  }

  /** The names of those who were met; of the first, if nobody was. */
  names(ids: readonly string[]): string[] {
    const met = ids.filter((id) => this.find(id));
    return (met.length > 0 ? met : ids.slice(0, 1)).map((id) => this.name(id));
  }
}

function isSame(a: UserRef, b: UserRef): boolean {
  return (
    a.displayName === b.displayName &&
    a.username === b.username &&
    a.avatar === b.avatar &&
    a.guest === b.guest &&
    a.deactivated === b.deactivated
  );
}
