import { untrack } from 'svelte';
import type { Wire } from '../wire';

/**
 * Does something now if the connection is open, and each time that it opens, until the component is
 * gone. What fails meanwhile waits for its reader, or for the next connection: it is not tried again
 * and again.
 */
export function whenOpen(connection: Pick<Wire, 'isOpen'>, act: () => void): void {
  const isOpen = $derived(connection.isOpen);
  $effect(() => {
    if (isOpen) untrack(act);
  });
}
