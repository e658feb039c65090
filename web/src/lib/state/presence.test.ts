import { expect, it } from 'vitest';
import type { Presence as Here } from '../../generated/contract';
import { ScriptedWire } from '../testing';
import { Presence } from './presence.svelte';

const away: Here = { online: false, status: 'active', connections: 0, lastSeen: '2026-01-01' };
const here: Here = { online: true, status: 'active', connections: 1 };

function presenceOf(answers: Record<string, Here>[]) {
  const wire = new ScriptedWire({
    'presence:get': () => ({ presence: answers.shift() ?? {} }),
    'room:presence': () => ({ presence: { ana: here, ben: here }, online: 300 }),
  });
  return { presence: new Presence(wire), wire };
}

it('knows when somebody was last here, while they are away and let it be seen', async () => {
  const { presence, wire } = presenceOf([{ ana: away }, { ana: { ...away, lastSeen: undefined } }]);
  await presence.watch(['ana']);
  await presence.watch(['ana']);
  expect(wire.asked).toHaveLength(1);
  expect(presence.lastSeen('ana')).toBe('2026-01-01');
  presence.setOnline('ana', true);
  expect(presence.lastSeen('ana')).toBeUndefined();
  presence.setOnline('ana', false);
  await presence.refresh('ana');
  expect(presence.lastSeen('ana')).toBeUndefined();
});

it('looks around in a room that is too large to be told of', async () => {
  const { presence } = presenceOf([]);
  expect(await presence.lookAround('room')).toBe(300);
  expect([presence.dot('ana'), presence.dot('ben'), presence.dot('cho')]).toEqual([
    ...['online', 'online', 'offline'],
  ]);
});
