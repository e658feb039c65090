import { SvelteMap } from 'svelte/reactivity';
import type { Message, UserRef } from '../../generated/contract';
import type { Named } from '../text/markdown-references';

/** Everybody whose name this client has come across. */
export class People {
  readonly #known = new SvelteMap<string, UserRef>();

  learn(...users: UserRef[]): void {
    for (const user of users) {
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

  /** These people by the names that mention them. */
  named(ids: readonly string[]): Named[] {
    return ids.flatMap((id) => {
      const name = this.#known.get(id)?.username;
      return name ? [{ name, id }] : [];
    });
  }

  /** Who a text seems to mention, before the server has said so. */
  namedIn(text: string): Named[] {
    const lower = text.toLowerCase();
    const meant = this.all.filter(
      ({ username }) => username && lower.includes(`@${username.toLowerCase()}`),
    );
    return this.named(meant.map(({ id }) => id));
  }

  /** Whoever has this username, in any case, if they are known. */
  withUsername(username: string): UserRef | undefined {
    const sought = username.toLowerCase();
    return this.all.find((user) => user.username?.toLowerCase() === sought);
  }

  /** The display name, or the id of somebody who was never met. */
  name(id: string): string {
    return this.#known.get(id)?.displayName ?? id;
  }
}

function isSame(a: UserRef, b: UserRef): boolean {
  return (
    a.displayName === b.displayName &&
    a.username === b.username &&
    a.avatar === b.avatar &&
    a.deactivated === b.deactivated
  );
}
