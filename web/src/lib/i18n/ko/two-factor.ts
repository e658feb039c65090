import type { twoFactor as english } from '../en/two-factor';

export const twoFactor: Record<keyof typeof english, string> = {
  'settings.security': '보안',
  'twoFactor.title': '2단계 인증',
  'twoFactor.text':
    '로그인할 때 비밀번호와 함께 휴대폰 앱에 나오는 코드를 확인해요. 비밀번호가 새어 나가도 다른 사람이 로그인할 수 없어요.',
  'twoFactor.turnOn': '켜기',
  'twoFactor.turnOff': '끄기',
  'twoFactor.turnOff.text': '끄고 나면 비밀번호만으로 로그인할 수 있어요.',
  'twoFactor.turnOff.done': '2단계 인증을 껐어요.',
  'twoFactor.on': '{time}부터 켜져 있어요',
  'twoFactor.left': '복구 코드 {n}개 남음',
  'twoFactor.few': '다 쓰기 전에 새로 만들어 두세요.',
  'twoFactor.required': '팀에서 꼭 쓰도록 정해서 끌 수 없어요.',
  'twoFactor.renew': '복구 코드 새로 만들기',
  'twoFactor.renew.text': '지금 가지고 있는 복구 코드는 더 이상 쓸 수 없게 돼요.',
  'twoFactor.continue': '계속',

  'twoFactor.password': '내 비밀번호',
  'twoFactor.password.text': '먼저 본인인지 확인할게요.',
  'twoFactor.scan': '인증 앱으로 이 코드를 찍어 주세요',
  'twoFactor.scan.text':
    '1Password, Google OTP, Microsoft Authenticator나 휴대폰의 기본 암호 앱 등을 쓸 수 있어요.',
  'twoFactor.qr': '인증 앱에 등록할 QR 코드',
  'twoFactor.secret': '찍을 수 없다면 앱에 이 키를 입력해 주세요',
  'twoFactor.secret.copy': '키 복사',
  'twoFactor.code': '앱에 나온 코드',
  'twoFactor.code.hint': '숫자 여섯 자리이고 30초마다 바뀌어요',
  'twoFactor.either': '앱에 나온 코드나 복구 코드',
  'twoFactor.recovery': '복구 코드',
  'twoFactor.recovery.hint': '코드마다 한 번만 쓸 수 있어요. 대소문자는 구분하지 않아요.',

  'twoFactor.elsewhere': '켜면 다른 기기에서는 모두 로그아웃돼요.',

  'twoFactor.codes': '복구 코드를 보관해 주세요',
  'twoFactor.codes.text':
    '휴대폰을 잃어버렸을 때 코드 하나로 한 번씩 로그인할 수 있어요. 지금만 볼 수 있으니, 휴대폰 말고 다른 안전한 곳에도 보관해 주세요.',
  'twoFactor.codes.file': '{team} · {name} 복구 코드',
  'twoFactor.codes.done': '보관했어요',
  'twoFactor.done': '2단계 인증을 켰어요.',

  'twoFactor.already':
    '2단계 인증이 이미 켜져 있어요. 복구 코드를 보관하지 못했다면 새로 만들어 주세요.',

  'twoFactor.wrongPassword': '비밀번호가 맞지 않아요.',
  'twoFactor.wrongCode': '코드가 맞지 않거나 이미 쓴 코드예요. 지금 나오는 코드를 입력해 주세요.',
  'twoFactor.tooLate': '시간이 너무 오래 걸렸어요. 처음부터 다시 해 주세요.',

  'login.code.title': '코드를 입력해 주세요',
  'login.code.text': '인증 앱을 열고 {team}에 나오는 숫자 여섯 자리를 입력해 주세요.',
  'login.code.recovery.text': '2단계 인증을 켤 때 보관해 둔 복구 코드 하나를 입력해 주세요.',
  'login.code.useRecovery': '복구 코드로 로그인하기',
  'login.code.useApp': '앱에 나온 코드로 로그인하기',
  'login.code.lost': '둘 다 없다면 관리자에게 2단계 인증 초기화를 부탁해 주세요.',
  'login.code.back': '로그인으로 돌아가기',

  'twoFactor.due.title': '2단계 인증을 설정해 주세요',
  'twoFactor.due.text': '{team}에서는 비밀번호 말고도 한 단계를 더 확인해요. 1분이면 끝나요.',

  'accounts.twoFactor.tag': '2단계 인증을 쓰고 있어요',
  'accounts.twoFactor.text':
    '휴대폰과 복구 코드를 모두 잃어버렸을 때 초기화해요. 모든 기기에서 로그아웃되고 비밀번호는 그대로예요.',
  'accounts.twoFactor.reset': '2단계 인증 초기화',
  'accounts.twoFactor.ask': '{name}님의 2단계 인증을 초기화할까요?',
  'accounts.twoFactor.done': '{name}님의 2단계 인증을 초기화했어요.',

  'team.requireTwoFactor': '2단계 인증을 꼭 써야 하는 사람',
  'team.requireTwoFactor.nobody': '없음',
  'team.requireTwoFactor.administrators': '관리자와 소유자',
  'team.requireTwoFactor.everybody': '모두',
  'team.requireTwoFactor.warning':
    '아직 켜지 않은 사람은 바로 로그아웃되고, 다음에 로그인할 때 설정하게 돼요. 봇은 해당하지 않아요.',
  'team.requireTwoFactor.own': '먼저 내 설정의 보안에서 2단계 인증을 켜 주세요.',

  'audit.act.twoFactor.on': '2단계 인증을 켰어요',
  'audit.act.twoFactor.off': '2단계 인증을 껐어요',
  'audit.act.twoFactor.reset': '2단계 인증을 초기화했어요',
  'audit.act.twoFactor.codes': '복구 코드를 새로 만들었어요',
  'audit.act.twoFactor.recovery': '복구 코드로 로그인했어요',
  'audit.detail.requireTwoFactor': '2단계 인증을 꼭 써야 하는 사람',
};
