import { monotonicFactory } from 'ulid';

const KEY = 'maru:client';

/** A new sortable identifier; later ones of one tab are always greater. */
export const newId = monotonicFactory();

/** The ULID that names this installation, made at the first visit. */
export function clientId(): string {
  const kept = localStorage.getItem(KEY);
  if (kept) return kept;
  const made = newId();
  localStorage.setItem(KEY, made);
  return made;
}
