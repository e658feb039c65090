import type {
  ClientLimits,
  Me,
  MentionGroup,
  RoomSummary,
  TeamSettings,
} from '../../generated/contract';
import { t } from '../i18n/catalogue.svelte';
import { administers, moderates } from '../roles';

export type Group = MentionGroup;

/** Words that mention many, and by what they are found: as other chats call them, and in Korean. */
export const GROUPS: readonly { name: Group; words: readonly string[] }[] = [
  { name: 'here', words: ['here', '여기'] },
  { name: 'room', words: ['room', 'everyone', 'channel', 'all', '모두', '전체'] },
];

/** Why somebody may not mention everybody in a room; null when they may. */
export function groupRefusal(
  room: Pick<RoomSummary, 'kind' | 'memberCount' | 'role' | 'mentionAll'>,
  me: Pick<Me, 'role'>,
  limits: Pick<ClientLimits, 'groupMentions' | 'groupMentionsByMembers'> | undefined,
  team?: Pick<TeamSettings, 'mentionEverybody'>,
): string | null {
  const { memberCount } = room;
  const ofTeam = room.kind === 'direct' ? undefined : team?.mentionEverybody;
  const isKeeper = moderates(room, me);
  if (me.role === 'guest') return t('group.notGuests');
  if (ofTeam === 'administrators' && !administers(me.role)) return t('group.administratorsOnly');
  const isLeftToKeepers = room.mentionAll === 'moderators' || ofTeam === 'moderators';
  if (isLeftToKeepers && !isKeeper) return t('group.moderatorsOnly');
  if (!limits || memberCount <= limits.groupMentionsByMembers) return null;
  if (!isKeeper) return t('group.ownerOnly', { n: limits.groupMentionsByMembers });
  return memberCount <= limits.groupMentions
    ? null
    : t('group.tooMany', { n: limits.groupMentions });
}
