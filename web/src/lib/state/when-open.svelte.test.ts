import { flushSync } from 'svelte';
import { expect, it } from 'vitest';
import { whenOpen } from './when-open.svelte';

it('acts each time that the connection opens, and not again when what it did has failed', () => {
  const connection = $state({ isOpen: false });
  const list = $state({ status: 'loading', loads: 0 });
  const end = $effect.root(() =>
    whenOpen(connection, () => {
      if (list.status === 'ready') return;
      list.status = 'failed';
      list.loads += 1;
    }),
  );
  flushSync();
  expect(list.loads).toBe(0);
  connection.isOpen = true;
  flushSync();
  expect(list.loads).toBe(1);
  list.status = 'loading';
  flushSync();
  expect(list.loads).toBe(1);
  connection.isOpen = false;
  flushSync();
  connection.isOpen = true;
  flushSync();
  expect(list.loads).toBe(2);
  end();
});
