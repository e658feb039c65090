//! What an archive says by itself, in the language of its readers.

use crate::contract::{MentionAll, Message, Posting, RoomKind, RoomRole, SystemEvent};
use jiff::civil::Date;

/// The language of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    Korean,
}

/// The texts of a language. `{}` stands for what is filled in.
pub(super) struct Words {
    pub code: &'static str,
    pub search: &'static str,
    pub search_button: &'static str,
    pub needs_script: &'static str,
    pub earlier: &'static str,
    pub later: &'static str,
    pub days: &'static str,
    pub overview: &'static str,
    pub conversations: &'static str,
    pub edited: &'static str,
    pub deleted: &'static str,
    pub hidden: &'static str,
    pub pinned: &'static str,
    pub bot: &'static str,
    pub replied_to: &'static str,
    pub in_thread_of: &'static str,
    pub thread: &'static str,
    pub broken_off: &'static str,
    pub missing_file: &'static str,
    pub nothing: &'static str,
    pub members: &'static str,
    pub public_room: &'static str,
    pub private_room: &'static str,
    pub direct_room: &'static str,
    pub account: &'static str,
    pub username: &'static str,
    pub since: &'static str,
    pub own_data: &'static str,
    pub messages: &'static str,
    pub made: &'static str,
    // For the script:
    pub none_found: &'static str,
    pub found: &'static str,
    pub more: &'static str,
    pub searching: &'static str,
    pub results: &'static str,
}

const ENGLISH: Words = Words {
    code: "en",
    search: "Search messages",
    search_button: "Search",
    needs_script: "Searching needs JavaScript; everything else does without.",
    earlier: "Earlier",
    later: "Later",
    days: "Days",
    overview: "Overview",
    conversations: "Conversations",
    edited: "edited",
    deleted: "This message was deleted.",
    hidden: "Hidden by a moderator.",
    pinned: "Pinned",
    bot: "Bot",
    replied_to: "In reply to {}",
    in_thread_of: "In a thread begun by {}",
    thread: "Replies: {}",
    broken_off: "Broken off",
    missing_file: "The content of this file was not there any more.",
    nothing: "Nothing was written here.",
    members: "Members",
    public_room: "Public room",
    private_room: "Private room",
    direct_room: "Direct messages",
    account: "Account",
    username: "Username",
    since: "Since",
    own_data: "Everything that the server keeps of this person is in the folder “data”, as JSON Lines.",
    messages: "Messages: {}",
    made: "Made with Maru on {}. Times are those of {}.",
    none_found: "Nothing was found.",
    found: "Found: {}",
    more: "Show more",
    searching: "Searching…",
    results: "Search results",
};

const KOREAN: Words = Words {
    code: "ko",
    search: "메시지 검색",
    search_button: "검색",
    needs_script: "검색하려면 자바스크립트가 필요해요. 나머지는 그냥 볼 수 있어요.",
    earlier: "이전",
    later: "다음",
    days: "날짜",
    overview: "처음으로",
    conversations: "대화",
    edited: "수정됨",
    deleted: "삭제된 메시지예요.",
    hidden: "운영자가 숨긴 메시지예요.",
    pinned: "고정됨",
    bot: "봇",
    replied_to: "{}님에게 답장",
    in_thread_of: "{}님이 시작한 스레드",
    thread: "댓글 {}개",
    broken_off: "중간에 끊겼어요",
    missing_file: "이 파일의 내용은 남아 있지 않았어요.",
    nothing: "여기에는 아무 글도 없어요.",
    members: "멤버",
    public_room: "공개 방",
    private_room: "비공개 방",
    direct_room: "다이렉트 메시지",
    account: "계정",
    username: "사용자 이름",
    since: "가입일",
    own_data: "서버에 저장된 이 사람의 모든 정보는 “data” 폴더에 JSON Lines로 들어 있어요.",
    messages: "메시지 {}개",
    made: "{}에 Maru로 만들었어요. 시간은 {} 기준이에요.",
    none_found: "찾은 메시지가 없어요.",
    found: "{}개를 찾았어요",
    more: "더 보기",
    searching: "찾는 중…",
    results: "검색 결과",
};

const WEEKDAYS: [&str; 7] = ["월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"];

impl Language {
    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Korean => &KOREAN,
        }
    }

    /// A day, written out.
    pub(super) fn day(self, date: Date) -> String {
        match self {
            Self::English => date.strftime("%A, %B %-d, %Y").to_string(),
            Self::Korean => {
                let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
                format!("{}년 {}월 {}일 {}", date.year(), date.month(), date.day(), WEEKDAYS[weekday % 7])
            }
        }
    }

    /// The month of a day.
    pub(super) fn month(self, date: Date) -> String {
        match self {
            Self::English => date.strftime("%B %Y").to_string(),
            Self::Korean => format!("{}년 {}월", date.year(), date.month()),
        }
    }

    /// What a line tells that the server wrote.
    pub(super) fn system(self, message: &Message) -> String {
        let (Self::Korean, Some(event)) = (self, &message.system) else { return message.content.clone() };
        let name = &message.user.display_name;
        let named = |users: &[crate::contract::SystemUser]| {
            users.iter().map(|user| format!("{}님", user.display_name)).collect::<Vec<_>>().join(", ")
        };
        match event {
            SystemEvent::Created => format!("{name}님이 방을 만들었어요."),
            SystemEvent::Joined => format!("{name}님이 들어왔어요."),
            SystemEvent::Left => format!("{name}님이 나갔어요."),
            SystemEvent::Invited { users } => format!("{name}님이 {}을 초대했어요.", named(users)),
            SystemEvent::Removed { users } => format!("{name}님이 {}을 내보냈어요.", named(users)),
            SystemEvent::Renamed { name: room } => format!("{name}님이 방 이름을 바꿨어요: {room}"),
            SystemEvent::Topic { topic } if topic.is_empty() => format!("{name}님이 주제를 지웠어요."),
            SystemEvent::Topic { topic } => format!("{name}님이 주제를 정했어요: {topic}"),
            SystemEvent::Kind { kind: RoomKind::Public } => format!("{name}님이 공개 방으로 바꿨어요."),
            SystemEvent::Kind { .. } => format!("{name}님이 비공개 방으로 바꿨어요."),
            SystemEvent::Role { user, role } => {
                let role = match role {
                    RoomRole::Owner => "방장으로 정했어요",
                    RoomRole::Moderator => "운영자로 정했어요",
                    RoomRole::Member => "일반 멤버로 바꿨어요",
                };
                format!("{name}님이 {}님을 {role}.", user.display_name)
            }
            SystemEvent::Posting { posting: Posting::Everyone } => format!("{name}님이 모두 글을 쓸 수 있게 했어요."),
            SystemEvent::Posting { posting: Posting::Threads } => {
                format!("{name}님이 방장과 운영자만 글을 쓰고 나머지는 스레드에 답글을 달게 했어요.")
            }
            SystemEvent::Posting { posting: Posting::Moderators } => {
                format!("{name}님이 방장과 운영자만 글을 쓸 수 있게 했어요.")
            }
            SystemEvent::SlowMode { seconds: 0 } => format!("{name}님이 슬로우 모드를 껐어요."),
            SystemEvent::SlowMode { .. } => format!("{name}님이 슬로우 모드를 켰어요."),
            SystemEvent::MentionAll { mention_all: MentionAll::Everyone } => {
                format!("{name}님이 모두 @room과 @here를 쓸 수 있게 했어요.")
            }
            SystemEvent::MentionAll { mention_all: MentionAll::Moderators } => {
                format!("{name}님이 방장과 운영자만 @room과 @here를 쓸 수 있게 했어요.")
            }
            SystemEvent::TaskCreated { task } => format!("{name}님이 할 일을 추가했어요: {}", task.title),
            SystemEvent::TaskDone { task } => format!("{name}님이 할 일을 마쳤어요: {}", task.title),
        }
    }
}

impl Words {
    pub fn kind(&self, kind: RoomKind) -> &'static str {
        match kind {
            RoomKind::Public => self.public_room,
            RoomKind::Private => self.private_room,
            RoomKind::Direct => self.direct_room,
        }
    }
}

/// A text with something filled in.
pub(super) fn fill(text: &str, value: &str) -> String {
    text.replacen("{}", value, 1)
}
