import type { Me, Person, PersonKind, PersonState, ServerRole } from '../../generated/contract';
import { explain } from '../explain';
import { RequestFailure } from '../failure';
import { t } from '../i18n/catalogue.svelte';
import { administers } from '../roles';

/** What the list can be narrowed to, in the order in which it is offered. */
export const FILTERS = [
  'active',
  'owner',
  'admin',
  'member',
  'guest',
  'bot',
  'deactivated',
] as const satisfies readonly (PersonKind | PersonState)[];
export type PeopleFilter = (typeof FILTERS)[number];

export const ROLES = ['owner', 'admin', 'member', 'guest'] as const satisfies readonly ServerRole[];

/** Where a page of people is had. */
export function pathOf(filter: PeopleFilter, query: string, cursor?: string): string {
  const asked = new URLSearchParams({ limit: '50' });
  asked.set('state', filter === 'deactivated' ? 'deactivated' : 'active');
  if (filter !== 'active' && filter !== 'deactivated') asked.set('kind', filter);
  if (query) asked.set('query', query);
  if (cursor) asked.set('cursor', cursor);
  return `/admin/people?${asked}`;
}

/** Whether somebody may change another account; owners may change every one. */
export function mayLookAfter(me: Pick<Me, 'role'>, { role }: Pick<Person, 'role'>): boolean {
  return me.role === 'owner' || (me.role === 'admin' && !administers(role));
}

/** The roles that somebody may give. */
export function rolesToGive(me: Pick<Me, 'role'>): readonly ServerRole[] {
  return me.role === 'owner' ? ROLES : ROLES.filter((role) => !administers(role));
}

/** Why something could not be done with an account. */
export function explainOf(error: unknown, { role }: Pick<Person, 'role'>): string {
  if (error instanceof RequestFailure) {
    if (error.code === 'conflict') {
      return t(role === 'owner' ? 'accounts.conflict.owner' : 'accounts.conflict');
    }
    if (error.code === 'not_found') return t('accounts.gone');
  }
  return explain(error);
}
