import type { people as english } from '../en/people';

export const people: Record<keyof typeof english, string> = {
  'admin.page.people': '사용자',

  'accounts.search': '이름으로 검색',
  'accounts.filter': '보기',
  'accounts.filter.active': '활성 사용자 모두',
  'accounts.filter.owner': '소유자',
  'accounts.filter.admin': '관리자',
  'accounts.filter.member': '멤버',
  'accounts.filter.guest': '게스트',
  'accounts.filter.bot': '봇',
  'accounts.filter.deactivated': '비활성 계정',
  'accounts.none': '조건에 맞는 사용자가 없어요.',
  'accounts.none.hint': '이름의 다른 부분으로 검색하거나 보기를 바꿔 보세요.',
  'accounts.back': '전체 사용자',
  'accounts.gone': '더 이상 없는 계정이에요.',

  'accounts.role.owner': '소유자',
  'accounts.role.admin': '관리자',
  'accounts.role.member': '멤버',
  'accounts.role.guest': '게스트',
  'accounts.role.owner.text': '모든 일을 할 수 있고, 관리자와 소유자를 정해요.',
  'accounts.role.admin.text': '서버와 멤버, 게스트를 관리해요.',
  'accounts.role.member.text': '공개 방을 보고, 방을 만들고, 사람을 추가해요.',
  'accounts.role.guest.text': '누군가 추가해 준 방과 그 방에 있는 사람만 볼 수 있어요.',
  'accounts.role.stays':
    '지금 참여한 방에는 그대로 남아요. 게스트가 보면 안 되는 방에서는 내보내 주세요.',
  'accounts.role.give': '역할 바꾸기',
  'accounts.role.lost':
    '게스트가 되면 방에서 맡은 역할을 잃어요. 다시 멤버가 되어도 역할은 돌아오지 않아요.',
  'accounts.role.done': '이제 {name}님의 역할은 “{role}”이에요.',

  'accounts.never': '접속한 적 없음',
  'accounts.lastSeen': '{time} 접속',
  'accounts.rooms': '방 {n}개',
  'accounts.since': '{time} 가입',
  'accounts.deactivatedAt': '{time} 비활성화',
  'accounts.notYours': '관리자와 소유자의 계정은 소유자만 관리할 수 있어요.',

  'accounts.role': '역할',
  'accounts.password': '비밀번호',
  'accounts.password.text':
    '비밀번호를 없애고 모든 기기에서 로그아웃해요. 전달한 링크로 새 비밀번호를 정할 수 있어요.',
  'accounts.password.ask': '{name}님의 비밀번호를 재설정할까요?',
  'accounts.password.reset': '재설정 링크 만들기',
  'accounts.link': '비밀번호를 정하는 링크',
  'accounts.link.text': '지금 복사해 두세요. 다시 보여 드리지 않아요. {time}까지 쓸 수 있어요.',

  'accounts.sessions': '로그인한 기기',
  'accounts.sessions.none': '로그인한 기기가 없어요.',
  'accounts.sessions.endAll': '모든 기기에서 로그아웃',
  'accounts.sessions.ended': '기기 {n}대에서 로그아웃했어요.',

  'accounts.deactivate': '비활성화',
  'accounts.deactivate.text':
    '계정과 모든 연결을 바로 끊어요. 쓴 메시지는 남고, 나중에 다시 활성화할 수 있어요.',
  'accounts.deactivate.ask': '{name}님의 계정을 비활성화할까요?',
  'accounts.deactivate.done': '{name}님의 계정을 비활성화했어요.',
  'accounts.reactivate': '다시 활성화',
  'accounts.reactivate.text':
    '같은 계정으로 다시 들어올 수 있게 해요. 전달한 링크로 새 비밀번호를 정할 수 있어요.',

  'accounts.erase': '완전히 삭제',
  'accounts.erase.text':
    '이름, 사진, 로그인한 기기, 설정, 반응, 저장한 메시지, 알림이 모두 사라져요. 되돌릴 수 없고, 백업에는 만료될 때까지 남아요.',
  'accounts.erase.messages': '쓴 메시지',
  'accounts.erase.keep': '“삭제된 사용자” 이름으로 남겨요',
  'accounts.erase.delete': '파일과 함께 지워요',
  'accounts.erase.confirm': '확인을 위해 아이디를 입력해 주세요: {name}',
  'accounts.erase.done': '{name}님을 삭제했어요. 남은 이름은 백그라운드에서 지우고 있어요.',

  'accounts.conflict.owner': '유일한 소유자예요. 먼저 다른 소유자를 정해 주세요.',
  'accounts.conflict': '그사이에 바뀌었어요. 다시 확인해 주세요.',
};
