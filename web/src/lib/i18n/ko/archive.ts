import type { archive as english } from '../en/archive';

export const archive: Record<keyof typeof english, string> = {
  'room.archive': '대화 다운로드',
  'archive.room.title': '{room} 다운로드',
  'archive.room.text':
    '이 방의 메시지와 파일을 ZIP 파일 하나에 모두 담아요. 인터넷이 없어도 브라우저로 열어 읽고 검색할 수 있어요.',
  'archive.person': '내 데이터',
  'archive.person.text':
    '내가 쓴 글과 올린 파일, 다이렉트 메시지, 나에 관해 저장된 정보를 ZIP 파일 하나에 모두 담아요. 인터넷이 없어도 브라우저로 열어 읽고 검색할 수 있어요.',
  'archive.make': '파일 준비하기',
  'archive.makeAgain': '다시 준비하기',
  'archive.replaces': '위의 파일은 새 파일로 바뀌어요.',
  'archive.waiting': '앞서 요청된 파일이 준비되기를 기다리고 있어요…',
  'archive.making': '준비하고 있어요…',
  'archive.mayClose': '이 화면에서 나가도 괜찮아요. 마루를 열어 두면 준비됐을 때 알려 드려요.',
  'archive.stop': '그만두기',
  'archive.messages': '메시지 {n}개',
  'archive.until': '{time}까지 다운로드할 수 있어요.',
  'archive.missing': '서버에 남아 있지 않은 파일 {n}개는 빠졌어요.',
  'archive.remove': '파일 지우기',
  'archive.done': '{name}: 다운로드할 준비가 됐어요.',
  'archive.failed': '{name}: 파일을 준비하지 못했어요.',
  'archive.conflict': '다른 파일을 준비하고 있어요. 그 파일을 먼저 그만둬 주세요.',
  'archive.problem.no_space': '서버 디스크에 공간이 부족해요. 관리자에게 알려 주세요.',
  'archive.problem.forbidden': '더 이상 이 방의 멤버가 아니에요.',
  'archive.problem.stopped': '그사이에 서버가 다시 시작됐어요. 다시 시도해 주세요.',
  'archive.problem.fault': '문제가 생겼어요. 다시 시도해 주세요.',
};
