import type { Users } from '../../generated/contract';
import type { Chat } from '../state/chat.svelte';

const CALM_MS = 150;
const MOST = 50;

/** Learns of people by a part of their name, and returns what gives it up. The known are there without an answer. */
export function loadPeople(chat: Chat, typed: string): () => void {
  const timer = setTimeout(() => {
    const path = `/users?query=${encodeURIComponent(typed)}&limit=${MOST}`;
    chat.session.request<Users>('GET', path).then(
      ({ users }) => chat.people.learn(...users),
      () => undefined,
    );
  }, CALM_MS);
  return () => clearTimeout(timer);
}
