import { describe, expect, it } from 'vitest';
import { durationAt } from './duration';
import { parse } from './parse';

// A Saturday.
const NOW = new Date(2026, 10, 21, 15, 0);
const at = (day: number, hour: number, minute = 0, month = 10) =>
  new Date(2026, month, day, hour, minute);
const commandIn = (typed: string) => {
  const parsed = parse(typed, NOW);
  return parsed.kind === 'command' ? parsed.command : parsed;
};
const flawIn = (typed: string) => {
  const parsed = parse(typed, NOW);
  return parsed.kind === 'flaw' ? parsed.flaw.key : parsed;
};

describe('what is typed', () => {
  it.each([
    ['hello', 'hello'],
    [' /me waves', '/me waves'],
    ['//etc/hosts', '/etc/hosts'],
    ['1/2', '1/2'],
    ['/me waves', '*waves*'],
    ['/ME waves', '*waves*'],
    ['/나는 손을 흔든다', '*손을 흔든다*'],
    ['/me is **so** tired', '_is **so** tired_'],
    ['/me waves\nand goes', '*waves*\n*and goes*'],
    ['/shrug', '¯\\\\\\_(ツ)\\_/¯'],
    ['/shrug no idea', 'no idea ¯\\\\\\_(ツ)\\_/¯'],
    ['/글쎄 몰라요', '몰라요 ¯\\\\\\_(ツ)\\_/¯'],
  ])('%j is sent as %j', (typed, content) => {
    expect(parse(typed, NOW)).toEqual({ kind: 'text', content });
  });

  it.each([
    ['/topic Rust on Tuesdays', { name: 'topic', topic: 'Rust on Tuesdays' }],
    ['/주제 화요일\n러스트', { name: 'topic', topic: '화요일 러스트' }],
    ['/topic none', { name: 'topic', topic: '' }],
    ['/주제 없음', { name: 'topic', topic: '' }],
    ['/invite @joon', { name: 'invite', usernames: ['joon'] }],
    ['/invite joon, @소라', { name: 'invite', usernames: ['joon', '소라'] }],
    ['/초대 @소라', { name: 'invite', usernames: ['소라'] }],
    ['/leave', { name: 'leave' }],
    ['/나가기', { name: 'leave' }],
    ['/mute', { name: 'mute' }],
    ['/mute off', { name: 'mute', muted: false }],
    ['/unmute', { name: 'mute', muted: false }],
    ['/음소거', { name: 'mute' }],
    ['/help', { name: 'help' }],
    ['/도움말', { name: 'help' }],
  ])('%j is a command', (typed, command) => {
    expect(commandIn(typed)).toEqual(command);
  });

  it.each([
    ['/dnd', null],
    ['/dnd off', 'off'],
    ['/방해금지 해제', 'off'],
    ['/dnd 2h', at(21, 17)],
    ['/dnd for 90 minutes', at(21, 16, 30)],
    ['/dnd until 17:30', at(21, 17, 30)],
    ['/dnd tomorrow', at(22, 23, 59)],
    ['/방해금지 2시간', at(21, 17)],
    ['/방해금지 1시간 반 동안', at(21, 16, 30)],
    ['/방해금지 오후 6시까지', at(21, 18)],
  ])('%j lasts until %s', (typed, until) => {
    expect(commandIn(typed)).toEqual({ name: 'dnd', until });
  });

  it.each([
    ['/remind me in 20m stretch', 'stretch', at(21, 15, 20)],
    ['/remind me to stretch in 20 minutes', 'stretch', at(21, 15, 20)],
    ['/remind in 1h 30m tea', 'tea', at(21, 16, 30)],
    ['/remind me in half an hour tea', 'tea', at(21, 15, 30)],
    ['/remind me in an hour to call Mina', 'call Mina', at(21, 16)],
    ['/remind me at 17:30 leave', 'leave', at(21, 17, 30)],
    ['/remind me at 9:00 stand-up', 'stand-up', at(22, 9)],
    ['/remind me at 5 tea', 'tea', at(21, 17)],
    ['/remind me at 5:15 pm tea', 'tea', at(21, 17, 15)],
    ['/remind me tomorrow 9:00 stand-up', 'stand-up', at(22, 9)],
    ['/remind me tomorrow at 3 review', 'review', at(22, 15)],
    ['/remind me tomorrow buy milk', 'buy milk', at(22, 9)],
    ['/remind me on monday at 10 plan', 'plan', at(23, 10)],
    ['/remind me next friday report', 'report', at(27, 9)],
    ['/remind me saturday rest', 'rest', at(28, 9)],
    ['/remind me 2026-12-24 18:00 presents', 'presents', at(24, 18, 0, 11)],
    ['/remind me in 3 days at 8am pack', 'pack', at(24, 8)],
    ['/알림 20분 뒤 스트레칭', '스트레칭', at(21, 15, 20)],
    ['/알림 20분뒤에 스트레칭', '스트레칭', at(21, 15, 20)],
    ['/알림 한 시간 뒤 전화하기', '전화하기', at(21, 16)],
    ['/알림 1시간 반 후 회의', '회의', at(21, 16, 30)],
    ['/알림 반시간 뒤 차', '차', at(21, 15, 30)],
    ['/알림 내일 9시 회의', '회의', at(22, 9)],
    ['/알림 내일 3시 회의', '회의', at(22, 15)],
    ['/알림 내일 오전 9시 30분에 회의', '회의', at(22, 9, 30)],
    ['/알림 오후 5시 반 퇴근', '퇴근', at(21, 17, 30)],
    ['/알림 5시 퇴근', '퇴근', at(21, 17)],
    ['/알림 17:30에 퇴근', '퇴근', at(21, 17, 30)],
    ['/알림 금요일에 보고서', '보고서', at(27, 9)],
    ['/알림 다음 주 월요일 10시 계획', '계획', at(23, 10)],
    ['/알림 12월 24일 저녁 6시 선물', '선물', at(24, 18, 0, 11)],
    ['/알림 회의 준비 내일 9시', '회의 준비', at(22, 9)],
    ['/알림 일주일 뒤 10시 점검', '점검', at(28, 10)],
  ])('%j reminds of %j', (typed, text, when) => {
    expect(commandIn(typed)).toEqual({ name: 'remind', text, at: when });
  });

  it.each([
    ['/task Book the room', { title: 'Book the room' }],
    ['/task Book the room @joon', { title: 'Book the room', assignee: 'joon' }],
    ['/task @소라 회의록 정리', { title: '회의록 정리', assignee: '소라' }],
    [
      '/할일 회의실 예약 @joon 금요일까지',
      { title: '회의실 예약', assignee: 'joon', dueAt: at(27, 23, 59) },
    ],
    [
      '/task Report by friday 17:00 @joon',
      { title: 'Report', assignee: 'joon', dueAt: at(27, 17) },
    ],
    ['/task Stand by me', { title: 'Stand by me' }],
    ['/task mail joon@example.com', { title: 'mail joon@example.com' }],
    ['/할일 보고서 내일 3시까지', { title: '보고서', dueAt: at(22, 15) }],
  ])('%j makes a task', (typed, task) => {
    expect(commandIn(typed)).toEqual({ name: 'task', ...task });
  });

  it.each([
    ['/', 'command.none'],
    ['/nonsense', 'command.unknown'],
    ['/usr/bin is full', 'command.unknown'],
    ['/me', 'command.me.flaw'],
    ['/leave now', 'command.noArguments'],
    ['/mute maybe', 'command.mute.flaw'],
    ['/topic', 'command.topic.flaw'],
    [`/topic ${'x'.repeat(501)}`, 'error.field.topic'],
    ['/invite', 'command.invite.flaw'],
    ['/invite @joon!', 'command.invite.noName'],
    ['/dnd soon', 'command.dnd.flaw'],
    ['/dnd 0m', 'command.dnd.flaw'],
    ['/dnd 2h please', 'command.dnd.flaw'],
    ['/remind', 'command.remind.flaw'],
    ['/remind me', 'command.remind.flaw'],
    ['/remind me stretch', 'command.remind.noTime'],
    ['/알림 스트레칭', 'command.remind.noTime'],
    ['/remind me in 20m', 'command.remind.noText'],
    ['/remind me at 25:00 tea', 'command.remind.noTime'],
    ['/remind me today 9:00 tea', 'command.past'],
    ['/remind me 2033-01-01 9:00 tea', 'command.tooFar'],
    [`/remind me in 5m ${'x'.repeat(501)}`, 'command.remind.tooLong'],
    ['/task', 'command.task.flaw'],
    ['/task @joon', 'command.task.flaw'],
    [`/task ${'x'.repeat(201)}`, 'command.task.tooLong'],
    ['/task Report by today 9:00', 'command.past'],
  ])('%j is refused: %s', (typed, key) => {
    expect(flawIn(typed)).toBe(key);
  });
});

it.each([
  ['20m', 20],
  ['2 hours left', 120],
  ['1h30m', 90],
  ['1시간 30분', 90],
  ['두 시간', 120],
  ['3d', 3 * 1440],
  ['1.5h', 90],
])('%j is %i minutes', (text, minutes) => {
  expect(durationAt(text)?.ms).toBe(minutes * 60_000);
});

it.each(['20', 'minutes', '20 melons', '5x'])('%j is no length of time', (text) => {
  expect(durationAt(text)).toBeNull();
});
