// The query language as the server reads it, so far as the client has to understand it while
// somebody writes: which parts are operators, and what their values are.

export type Operator = 'from' | 'in' | 'before' | 'until' | 'after' | 'since' | 'on' | 'has' | 'is';

/** English and Korean names, the usual one of each language first. */
const names: Record<Operator, { en: readonly string[]; ko: readonly string[] }> = {
  from: { en: ['from'], ko: ['보낸이', '보낸사람', '작성자', '글쓴이'] },
  in: { en: ['in'], ko: ['방', '대화방', '채팅방', '채널'] },
  before: { en: ['before'], ko: ['이전', '전'] },
  until: { en: ['until'], ko: ['까지'] },
  after: { en: ['after'], ko: ['다음'] },
  since: { en: ['since'], ko: ['이후', '부터'] },
  on: { en: ['on', 'during'], ko: ['날짜', '기간'] },
  has: { en: ['has'], ko: ['포함', '첨부'] },
  is: { en: ['is'], ko: ['상태'] },
};

export const operators = Object.keys(names) as Operator[];

/** A part of a query. Places are in UTF-16 units, as in the errors of the server. */
export interface QueryItem {
  start: number;
  end: number;
  negated: boolean;
  operator: Operator | null;
  /** Where the value of an operator begins, its quotes included; the start of a text. */
  valueStart: number;
  value: string;
}

const BLANK = /[\s\p{Cc}]/u;
const QUOTE = /["“”„‟＂«»]/u;
const MINUS = /[-−－]/u;
const COLON = /[:：]/u;

export function itemsOf(query: string): QueryItem[] {
  const items: QueryItem[] = [];
  let at = 0;
  const takeWhile = (goesOn: (letter: string) => boolean) => {
    const from = at;
    while (at < query.length && goesOn(query.charAt(at))) at += 1;
    return query.slice(from, at);
  };
  const takeQuoted = () => {
    at += 1;
    const text = takeWhile((letter) => !QUOTE.test(letter));
    if (at < query.length) at += 1;
    return text;
  };
  for (;;) {
    takeWhile((letter) => BLANK.test(letter));
    if (at >= query.length) return items;
    const start = at;
    const after = query.charAt(at + 1);
    const negated =
      MINUS.test(query.charAt(at)) && after !== '' && !BLANK.test(after) && !MINUS.test(after);
    if (negated) at += 1;
    const operator = operatorAt(query, at);
    if (operator) at = operator.valueStart;
    const valueStart = at;
    const isQuoted = QUOTE.test(query.charAt(at));
    const value = isQuoted
      ? takeQuoted()
      : takeWhile((letter) => !BLANK.test(letter) && (operator !== null || !QUOTE.test(letter)));
    items.push({
      ...{ start, end: at, negated, operator: operator?.operator ?? null },
      ...{ valueStart, value: operator ? value.trim() : value },
    });
  }
}

function operatorAt(query: string, at: number): { operator: Operator; valueStart: number } | null {
  const length = query.slice(at).search(COLON);
  if (length < 0) return null;
  const typed = query
    .slice(at, at + length)
    .normalize('NFC')
    .toLowerCase();
  const operator = operators.find((one) => allNames(one).includes(typed));
  return operator ? { operator, valueStart: at + length + 1 } : null;
}

function allNames(operator: Operator): string[] {
  return [...names[operator].en, ...names[operator].ko];
}

/** Whether the value of `from:` means whoever asks. */
export function isMe(value: string): boolean {
  return ['me', '나', '저', '내', '본인'].includes(value.normalize('NFC').toLowerCase());
}

/** What an operator is called where the user is spoken to in a language. */
export function nameOf(operator: Operator, language: 'en' | 'ko'): string {
  return names[operator][language][0] ?? operator;
}

/** The part of a query that the cursor is in or right behind. */
export function itemAt(query: string, cursor: number): QueryItem | undefined {
  return itemsOf(query).find(({ start, end }) => start < cursor && cursor <= end);
}

/**
 * The operator that a word may become: “보낸” is on the way to “보낸이:”. With the name that begins so.
 * Two letters are needed, or the whole name, so that ordinary words stay ordinary words.
 */
export function operatorBegunBy(word: string): { operator: Operator; name: string } | null {
  const typed = word.normalize('NFC').toLowerCase();
  for (const operator of operators) {
    const name = allNames(operator).find(
      (one) => one === typed || ([...typed].length >= 2 && one.startsWith(typed)),
    );
    if (name) return { operator, name };
  }
  return null;
}

/** A value as it has to be written after a colon. */
export function written(value: string): string {
  const bare = value.replace(new RegExp(QUOTE, 'gu'), '');
  // A quote cannot be written within quotes; what is left still begins the name.
  if (!BLANK.test(value)) return QUOTE.test(value.charAt(0)) ? bare : value;
  return `"${bare}"`;
}

/**
 * The query without the operator that is just being begun, which asks for nothing yet. Everything
 * else stays where it is, so that places in it are places in the query.
 */
export function withoutUnfinished(query: string, cursor: number): string {
  const item = itemAt(query, cursor);
  if (!item?.operator || item.value !== '' || item.end !== cursor) return query;
  const blank = ' '.repeat(item.end - item.start);
  return (query.slice(0, item.start) + blank + query.slice(item.end)).trimEnd();
}

/** The query with a part replaced, and where the cursor goes. */
export function replacePart(
  query: string,
  { start, end }: { start: number; end: number },
  text: string,
): { query: string; cursor: number } {
  const rest = query.slice(end).replace(/^\s+/u, '');
  const head = query.slice(0, start) + text;
  return text === ''
    ? { query: head.trimEnd() + (head.trim() && rest ? ' ' : '') + rest, cursor: start }
    : { query: `${head} ${rest}`, cursor: head.length + 1 };
}

/** Words that `has:` and `is:` understand, as they are called in both languages. */
export const flags = {
  has: [
    { name: 'link', en: ['link', 'links', 'url'], ko: ['링크', '주소'] },
    {
      name: 'image',
      en: ['image', 'images', 'picture', 'pictures', 'photo', 'photos'],
      ko: ['이미지', '사진', '그림'],
    },
    {
      name: 'file',
      en: ['file', 'files', 'attachment', 'attachments'],
      ko: ['파일', '첨부', '첨부파일'],
    },
    { name: 'voice', en: ['voice'], ko: ['음성', '음성메시지', '녹음'] },
    { name: 'code', en: ['code'], ko: ['코드'] },
  ],
  is: [
    { name: 'pinned', en: ['pinned', 'pin'], ko: ['고정', '고정됨'] },
    { name: 'thread', en: ['thread', 'threads'], ko: ['스레드', '쓰레드'] },
  ],
} as const;

export type FlagName = (typeof flags)[keyof typeof flags][number]['name'];

/** What a value of `has:` or `is:` means. */
export function flagOf(operator: 'has' | 'is', value: string): FlagName | undefined {
  const typed = value.normalize('NFC').toLowerCase();
  return flags[operator].find(({ en, ko }) => ([...en, ...ko] as readonly string[]).includes(typed))
    ?.name;
}

/** Days that have a name, by the distance of their beginning and their end from today. */
export const dayNames = [
  { name: 'today', en: 'today', ko: '오늘' },
  { name: 'yesterday', en: 'yesterday', ko: '어제' },
  { name: 'thisWeek', en: 'this-week', ko: '이번주' },
  { name: 'lastWeek', en: 'last-week', ko: '지난주' },
  { name: 'thisMonth', en: 'this-month', ko: '이번달' },
  { name: 'lastMonth', en: 'last-month', ko: '지난달' },
] as const;

export type DayName = (typeof dayNames)[number]['name'];

/** The first and the last day that a name means. Weeks begin on Monday. */
export function daysOf(name: DayName, today: Date): [Date, Date] {
  const [year, month, day] = [today.getFullYear(), today.getMonth(), today.getDate()];
  const monday = day - ((today.getDay() + 6) % 7);
  const from = (first: number, last: number): [Date, Date] => [
    new Date(year, month, first),
    new Date(year, month, last),
  ];
  switch (name) {
    case 'today':
      return from(day, day);
    case 'yesterday':
      return from(day - 1, day - 1);
    case 'thisWeek':
      return from(monday, monday + 6);
    case 'lastWeek':
      return from(monday - 7, monday - 1);
    case 'thisMonth':
      return [new Date(year, month, 1), new Date(year, month + 1, 0)];
    case 'lastMonth':
      return [new Date(year, month - 1, 1), new Date(year, month, 0)];
  }
}
