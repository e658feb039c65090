import { beforeEach, describe, expect, it, vi } from 'vitest';

const KEY = 'maru:preferences';

/** As a page finds them that begins now. */
async function preferences() {
  vi.resetModules();
  return (await import('./preferences.svelte')).preferences;
}

describe('the accent', () => {
  beforeEach(() => localStorage.clear());

  it('that was chosen before teams had one of their own stays', async () => {
    localStorage.setItem(KEY, JSON.stringify({ accent: 'rose', density: 'compact' }));
    const { ownAccent, density } = await preferences();
    expect([ownAccent, density]).toEqual(['rose', 'compact']);
  });

  it('is the team’s from then on for whoever gives up the one chosen before', async () => {
    localStorage.setItem(KEY, JSON.stringify({ accent: 'rose' }));
    (await preferences()).change({ ownAccent: undefined });
    expect((await preferences()).ownAccent).toBeUndefined();
  });
});
