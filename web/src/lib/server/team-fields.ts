import type { TeamSettings, UpdateTeam } from '../../generated/contract';
import { limitOf } from './limits';

const GIGABYTE = 1_000_000_000;

/** From the least demanding to the most. */
const REQUIRED = ['nobody', 'administrators', 'everybody'] as const;

/** The team's settings as they stand in the fields of a form. */
export interface TeamFields extends Pick<
  TeamSettings,
  'createRooms' | 'mentionEverybody' | 'roomRetention' | 'requireTwoFactor'
> {
  name: string;
  greeting: string;
  accent: NonNullable<TeamSettings['accent']> | 'none';
  /** As typed; nothing is no limit. */
  rooms: string;
  gigabytes: string;
  /** In days; 0 is for ever. */
  retention: number;
}

export function fieldsOf(settings: TeamSettings): TeamFields {
  const { createRooms, mentionEverybody, roomRetention, requireTwoFactor } = settings;
  const { roomsPerPerson, fileBytesPerPerson } = settings;
  return {
    name: settings.name ?? '',
    greeting: settings.greeting ?? '',
    accent: settings.accent ?? 'none',
    rooms: roomsPerPerson?.toString() ?? '',
    gigabytes: fileBytesPerPerson ? (fileBytesPerPerson / GIGABYTE).toString() : '',
    retention: settings.retentionDays ?? 0,
    ...{ createRooms, mentionEverybody, roomRetention, requireTwoFactor },
  };
}

/** What was changed in the fields stays; the rest is as the settings are now. */
export function renewed(fields: TeamFields, before: TeamSettings, now: TeamSettings): TeamFields {
  return { ...fieldsOf(now), ...touched(fields, before) };
}

/** The field that holds no limit, if there is one. */
export function flawIn({ rooms, gigabytes }: TeamFields): 'rooms' | 'files' | undefined {
  if (limitOf(rooms) === undefined) return 'rooms';
  return limitOf(gigabytes, GIGABYTE) === undefined ? 'files' : undefined;
}

/** What is asked of the server: only what was changed, since others may have changed the rest meanwhile. */
export function changeOf(fields: TeamFields, before: TeamSettings): UpdateTeam {
  const { name, greeting, accent, rooms, gigabytes, retention, ...choices } = touched(
    fields,
    before,
  );
  const change: UpdateTeam = choices;
  if (name !== undefined) change.name = name.trim() || null;
  if (greeting !== undefined) change.greeting = greeting.trim() || null;
  if (accent !== undefined) change.accent = accent === 'none' ? null : accent;
  if (rooms !== undefined) change.roomsPerPerson = limitOf(rooms) ?? null;
  if (gigabytes !== undefined) change.fileBytesPerPerson = limitOf(gigabytes, GIGABYTE) ?? null;
  if (retention !== undefined) change.retentionDays = retention || null;
  return change;
}

/** Whether more people need a second factor than before. */
export function demandsMore(fields: TeamFields, before: TeamSettings): boolean {
  const rank = ({ requireTwoFactor }: Pick<TeamSettings, 'requireTwoFactor'>) =>
    REQUIRED.indexOf(requireTwoFactor);
  return rank(fields) > rank(before);
}

function touched(fields: TeamFields, before: TeamSettings): Partial<TeamFields> {
  const known = fieldsOf(before);
  const names = Object.keys(known) as (keyof TeamFields)[];
  return Object.fromEntries(
    names.filter((name) => fields[name] !== known[name]).map((name) => [name, fields[name]]),
  );
}
