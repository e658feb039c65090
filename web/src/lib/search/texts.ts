import type { QueryFlaw } from '../../generated/contract';
import { currentLanguage, t } from '../i18n/catalogue.svelte';
import { explain } from '../explain';
import { RequestFailure } from '../failure';
import type { People } from '../state/people.svelte';
import { dayNames, flagOf, isMe, type Operator, type QueryItem } from './query-language';

/** What is wrong with a query, in the words of its reader. */
function explainFlaw({ reason, range }: QueryFlaw, query: string): string {
  return t(`search.flaw.${reason}`, { part: query.slice(...range).trim() });
}

/** What went wrong with a search, in the words of its reader. */
export function explainSearch(failure: RequestFailure, query: string): string {
  if (failure.flaw) return explainFlaw(failure.flaw, query);
  if (failure.code === 'unavailable') return t('search.tooSlow');
  if (failure.code === 'rate_limited') return t('search.tooFast');
  if (failure.code === 'offline') return t('search.offline');
  return explain(failure);
}

/** The heading of a filter. */
export function filterName(operator: Operator): string {
  return t(`search.filter.${operator}`);
}

/** The value of a filter as people would say it. */
export function filterValue({ operator, value }: QueryItem, people: People): string {
  const bare = value.replace(/^[@＠#＃]/u, '');
  switch (operator) {
    case 'has':
    case 'is': {
      const flag = flagOf(operator, value);
      return flag ? t(`search.flag.${flag}`) : value;
    }
    case 'from':
    case 'in': {
      if (operator === 'from' && isMe(value)) return t('search.me');
      const user = /^[@＠]/u.test(value) ? people.withUsername(bare) : undefined;
      return user?.displayName ?? bare;
    }
    default:
      return dayValue(value);
  }
}

function dayValue(value: string): string {
  const named = dayNames.find(({ en, ko }) => en === value.toLowerCase() || ko === value);
  if (named) return t(`search.day.${named.name}`);
  const [year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value)?.slice(1).map(Number) ?? [];
  if (!year || !month || !day) return value;
  const date = new Date(year, month - 1, day);
  // The 30th of February would be a day of March.
  return date.getDate() === day ? dayFormat({ year: 'numeric' }).format(date) : value;
}

/** “21 Nov”, or “17 – 23 Nov” for several days. */
export function daysText([first, last]: [Date, Date]): string {
  return dayFormat({}).formatRange(first, last);
}

function dayFormat(more: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(currentLanguage(), { month: 'short', day: 'numeric', ...more });
}
