//! The operators with their names and values in English and Korean.

use super::dates::Calendar;
use super::{Filters, Has, Is, Name, Part, Reason};
use unicode_normalization::UnicodeNormalization;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    From,
    In,
    /// Earlier than the day begins.
    Before,
    /// Until the end of the day.
    Until,
    /// Later than the day ends.
    After,
    /// From the beginning of the day.
    Since,
    On,
    Has,
    Is,
}

/// Korean tells by the word whether the day itself is meant: 이후 and 부터 include it, 이전 and 전 do not.
const NAMES: &[(Operator, &[&str])] = &[
    (Operator::From, &["from", "보낸이", "보낸사람", "작성자", "글쓴이"]),
    (Operator::In, &["in", "방", "대화방", "채팅방", "채널"]),
    (Operator::Before, &["before", "이전", "전"]),
    (Operator::Until, &["until", "까지"]),
    (Operator::After, &["after", "다음"]),
    (Operator::Since, &["since", "이후", "부터"]),
    (Operator::On, &["on", "during", "날짜", "기간"]),
    (Operator::Has, &["has", "포함", "첨부"]),
    (Operator::Is, &["is", "상태"]),
];

const HAS: &[(Has, &[&str])] = &[
    (Has::File, &["file", "files", "attachment", "attachments", "파일", "첨부", "첨부파일"]),
    (Has::Link, &["link", "links", "url", "링크", "주소"]),
    (Has::Image, &["image", "images", "picture", "pictures", "photo", "photos", "이미지", "사진", "그림"]),
    (Has::Voice, &["voice", "음성", "음성메시지", "녹음"]),
    (Has::Code, &["code", "코드"]),
];

const IS: &[(Is, &[&str])] =
    &[(Is::Pinned, &["pinned", "pin", "고정", "고정됨"]), (Is::Thread, &["thread", "threads", "스레드", "쓰레드"])];

/// The operator of a name in any case.
pub(super) fn named(name: &str) -> Option<Operator> {
    meant(NAMES, name)
}

fn meant<T: Copy>(table: &[(T, &[&str])], typed: &str) -> Option<T> {
    // Hangul may come in jamo that join, and Latin in full width.
    let typed: String = typed.nfkc().collect();
    let is_meant = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(&typed));
    table.iter().find(|(_, names)| is_meant(names)).map(|(meaning, _)| *meaning)
}

/// An operator as it was typed.
pub(super) struct Filter<'a> {
    pub operator: Operator,
    pub value: &'a str,
    pub negated: bool,
}

impl Filter<'_> {
    /// Adds what is asked for. `part` is where the operator stands.
    pub fn add_to(self, filters: &mut Filters, calendar: &Calendar, part: Part) -> Result<(), Reason> {
        let Self { operator, value, negated } = self;
        match (operator, negated) {
            (Operator::From, false) => add(&mut filters.from, name(value, part)?),
            (Operator::From, true) => add(&mut filters.not_from, name(value, part)?),
            (Operator::In, false) => add(&mut filters.rooms, name(value, part)?),
            (Operator::In, true) => add(&mut filters.not_rooms, name(value, part)?),
            (Operator::Has, false) => add(&mut filters.has, meant(HAS, value).ok_or(Reason::NotInHas)?),
            (Operator::Has, true) => add(&mut filters.not_has, meant(HAS, value).ok_or(Reason::NotInHas)?),
            (Operator::Is, false) => add(&mut filters.is, meant(IS, value).ok_or(Reason::NotInIs)?),
            (Operator::Is, true) => add(&mut filters.not_is, meant(IS, value).ok_or(Reason::NotInIs)?),
            (_, true) => return Err(Reason::NotNegatable),
            (_, false) => restrict(operator, value, calendar, filters)?,
        }
        Ok(())
    }
}

fn add<T: PartialEq>(to: &mut Vec<T>, what: T) {
    if !to.contains(&what) {
        to.push(what);
    }
}

fn name(value: &str, part: Part) -> Result<Name, Reason> {
    let value: String = value.nfkc().collect();
    let sign = value.chars().next().filter(|first| matches!(first, '@' | '#'));
    let text = value.strip_prefix(['@', '#']).unwrap_or(&value).trim();
    if text.is_empty() { Err(Reason::NoName) } else { Ok(Name { text: text.to_owned(), sign, part }) }
}

/// Several operators narrow the days down together.
fn restrict(operator: Operator, value: &str, calendar: &Calendar, filters: &mut Filters) -> Result<(), Reason> {
    if value.is_empty() {
        return Err(Reason::NoDay);
    }
    let (start, end) = calendar.period(value).ok_or(Reason::BadDay)?;
    let (after, before) = match operator {
        Operator::Before => (None, Some(start)),
        Operator::Until => (None, Some(end)),
        Operator::After => (Some(end), None),
        Operator::Since => (Some(start), None),
        _ => (Some(start), Some(end)),
    };
    filters.after = filters.after.max(after);
    filters.before = match (filters.before, before) {
        (Some(earlier), Some(before)) => Some(earlier.min(before)),
        (earlier, before) => earlier.or(before),
    };
    Ok(())
}
