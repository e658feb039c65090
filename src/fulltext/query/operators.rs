//! The operators with their names and values in English and Korean.

use super::dates::Calendar;
use super::lexer::Item;
use super::{Filters, Has, Is, Name, Part, Reason};

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
    (Has::Code, &["code", "코드"]),
];

const IS: &[(Is, &[&str])] =
    &[(Is::Pinned, &["pinned", "pin", "고정", "고정됨"]), (Is::Thread, &["thread", "threads", "스레드", "쓰레드"])];

/// The operator of a name in any case.
pub(super) fn named(name: &str) -> Option<Operator> {
    meant(NAMES, name)
}

fn meant<T: Copy>(table: &[(T, &[&str])], typed: &str) -> Option<T> {
    let is_meant = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(typed));
    table.iter().find(|(_, names)| is_meant(names)).map(|(meaning, _)| *meaning)
}

/// Writes what an operator asks for into the filters.
pub(super) fn apply(
    operator: Operator,
    value: &str,
    item: &Item,
    part: Part,
    calendar: &Calendar,
    filters: &mut Filters,
) -> Result<(), Reason> {
    let negated = item.negated;
    match operator {
        Operator::From => {
            add(if negated { &mut filters.not_from } else { &mut filters.from }, name(value, part)?);
        }
        Operator::In => add(if negated { &mut filters.not_rooms } else { &mut filters.rooms }, name(value, part)?),
        Operator::Has => {
            let has = meant(HAS, value).ok_or(Reason::NotInHas)?;
            add(if negated { &mut filters.not_has } else { &mut filters.has }, has);
        }
        Operator::Is => {
            let is = meant(IS, value).ok_or(Reason::NotInIs)?;
            add(if negated { &mut filters.not_is } else { &mut filters.is }, is);
        }
        _ if negated => return Err(Reason::NotNegatable),
        _ => restrict(operator, value, calendar, filters)?,
    }
    Ok(())
}

fn add<T: PartialEq>(to: &mut Vec<T>, what: T) {
    if !to.contains(&what) {
        to.push(what);
    }
}

fn name(value: &str, part: Part) -> Result<Name, Reason> {
    let sign = value.chars().next().and_then(|first| match first {
        '@' | '＠' => Some('@'),
        '#' | '＃' => Some('#'),
        _ => None,
    });
    let text = if sign.is_some() { value.strip_prefix(['@', '＠', '#', '＃']).unwrap_or(value) } else { value };
    let text = text.trim();
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
