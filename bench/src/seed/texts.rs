//! What people say: Korean and English of realistic length, the same in every run.

use crate::random::Random;

/// Different messages.
const COUNT: usize = 4096;

const KOREAN: [&str; 24] = [
    "네",
    "넵 확인했습니다",
    "감사합니다!",
    "회의록은 공유 폴더에 올려 두었어요.",
    "오늘 점심 뭐 드실래요?",
    "잠깐 자리 비웁니다, 두 시까지 돌아올게요.",
    "배포는 내일 오전 열 시에 하기로 했습니다.",
    "지난주에 말씀하신 자료를 다시 정리해서 보내 드릴게요.",
    "ㅋㅋㅋ 그러게요",
    "이 부분은 디자인 팀과 한번 더 이야기해 봐야 할 것 같아요.",
    "서버 로그를 보니 어젯밤 세 시쯤에 연결이 끊겼다가 바로 복구된 것으로 보입니다.",
    "혹시 담당자가 누구인지 아시는 분 계실까요?",
    "고객사에서 일정을 일주일만 미뤄 달라고 연락이 왔어요.",
    "좋아요, 그렇게 진행하시죠.",
    "테스트 결과는 모두 통과했고, 느린 것이 하나 남아 있습니다.",
    "PR 올렸습니다. 리뷰 부탁드려요 🙏",
    "저는 반대하지 않지만, 먼저 비용을 계산해 보는 게 좋겠습니다.",
    "금요일 회식 장소는 역 앞 고깃집으로 예약했습니다.",
    "주말 동안 문서를 새로 썼으니 읽어 보시고 의견 주세요.",
    "아직 재현이 안 됩니다. 어떤 브라우저에서 보셨나요?",
    "방금 올린 버전에서는 고쳐졌을 거예요.",
    "수고하셨습니다 🙂",
    "그 화면은 휴대전화에서 글자가 너무 작게 보여요.",
    "다음 스프린트에 넣을 일감을 오늘까지 적어 주세요.",
];

const ENGLISH: [&str; 12] = [
    "ok",
    "Thanks!",
    "On my way, five minutes.",
    "Could somebody have a look at the build? It fails on main since this morning.",
    "Lunch at noon, third floor?",
    "The new numbers are in the sheet; the second column is what changed.",
    "LGTM 👍",
    "I will be out on Thursday, Jun covers for me.",
    "That was the cache. Cleared it, looks fine now.",
    "Let us decide tomorrow, I would like to sleep over it.",
    "https://example.com/notes/2026-03-14",
    "We should write down why we did it this way, or the next person will undo it.",
];

/// Most are short, some are long; about three of four have Hangul.
pub fn all() -> Vec<String> {
    let mut random = Random(0x6d61_7275);
    (0..COUNT).map(|_| text(&mut random)).collect()
}

fn text(random: &mut Random) -> String {
    let phrases: &[&str] = if random.below(4) == 0 { &ENGLISH } else { &KOREAN };
    let mut text = phrases[random.below(phrases.len())].to_owned();
    while random.below(5) < 2 && text.len() < 4_000 {
        text.push(' ');
        text.push_str(phrases[random.below(phrases.len())]);
    }
    text
}
