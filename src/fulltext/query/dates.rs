//! Days as people write them, in the zone of whoever asks.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use unicode_normalization::UnicodeNormalization;

/// The zone of whoever asks, and the day that is today there.
pub(super) struct Calendar<'a> {
    zone: &'a TimeZone,
    today: Date,
}

/// Days from the first to the one after the last.
type Days = (Date, Date);

impl<'a> Calendar<'a> {
    /// `now` in milliseconds since 1970 UTC.
    pub fn of(zone: &'a TimeZone, now: i64) -> Self {
        let now = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH);
        Self { zone, today: zone.to_datetime(now).date() }
    }

    /// When the days begin and when they are over, in milliseconds since 1970 UTC; `None` for what means no day.
    /// The days of a change of the clocks have 23 or 25 hours.
    pub fn period(&self, written: &str) -> Option<(i64, i64)> {
        let compact: String = written.to_lowercase().nfkc().filter(|character| !character.is_whitespace()).collect();
        let (first, end) = self.numeric(&compact).or_else(|| {
            let word = compact.replace(['-', '_'], "");
            named(&word, self.today).or_else(|| ago(&word, self.today))
        })?;
        // There is no year 0 in the calendar.
        (first.year() > 0).then_some(())?;
        Some((self.start_of(first)?, self.start_of(end)?))
    }

    fn start_of(&self, day: Date) -> Option<i64> {
        let midnight = day.to_zoned(self.zone.clone()).ok()?;
        Some(midnight.start_of_day().ok()?.timestamp().as_millisecond())
    }

    /// `2026-01-31`, `2026.1.31.`, `2026/1`, `2026`, `20260131`, `2026년1월31일`, and without a year the latest.
    fn numeric(&self, written: &str) -> Option<Days> {
        if written.contains(['년', '월', '일']) {
            return self.korean(written);
        }
        let written = written.strip_suffix('.').unwrap_or(written);
        let parts: Option<Vec<i16>> = written.split(['-', '.', '/']).map(number).collect();
        match parts?.as_slice() {
            _ if written.len() == 8 && written.bytes().all(|byte| byte.is_ascii_digit()) => {
                day(number(&written[..4])?, number(&written[4..6])?, number(&written[6..])?)
            }
            [year @ 1000..=9999, month, of_month] => day(*year, *month, *of_month),
            [year @ 1000..=9999, month] => month_of(*year, *month),
            [year @ 1000..=9999] => year_of(*year),
            [month, of_month] => self.latest(|year| day(year, *month, *of_month)),
            _ => None,
        }
    }

    /// `2026년1월31일`, `1월31일`, `2026년1월`, `2026년`, `1월`: each number with its own unit.
    fn korean(&self, written: &str) -> Option<Days> {
        let (year, rest) = part(written, '년')?;
        let (month, rest) = part(rest, '월')?;
        let (of_month, rest) = match part(rest, '일')? {
            // The last unit may still be missing.
            (None, digits) if !digits.is_empty() && month.is_some() => (Some(number(digits)?), ""),
            found => found,
        };
        let year = year.filter(|year| (1000..=9999).contains(year));
        match (year, month, of_month) {
            _ if !rest.is_empty() || (year.is_none() && written.contains('년')) => None,
            (Some(year), Some(month), Some(of_month)) => day(year, month, of_month),
            (Some(year), Some(month), None) => month_of(year, month),
            (Some(year), None, None) => year_of(year),
            (None, Some(month), Some(of_month)) => self.latest(|year| day(year, month, of_month)),
            (None, Some(month), None) => self.latest(|year| month_of(year, month)),
            _ => None,
        }
    }

    /// The latest that has begun.
    fn latest(&self, of_year: impl Fn(i16) -> Option<Days>) -> Option<Days> {
        // The 29th of February may be eight years away.
        (0..=8).filter_map(|back| of_year(self.today.year() - back)).find(|(first, _)| *first <= self.today)
    }
}

/// What stands before a unit, if that is there, and what follows.
fn part(written: &str, unit: char) -> Option<(Option<i16>, &str)> {
    match written.split_once(unit) {
        Some((digits, rest)) => Some((Some(number(digits)?), rest)),
        None => Some((None, written)),
    }
}

fn number(digits: &str) -> Option<i16> {
    // Nine digits at most are no number of ours, but 20260131 is told apart later.
    let is_number = (1..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(i16::MAX))
}

fn day(year: i16, month: i16, day: i16) -> Option<Days> {
    let first = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    lasting(first, 1.day())
}

fn month_of(year: i16, month: i16) -> Option<Days> {
    lasting(Date::new(year, i8::try_from(month).ok()?, 1).ok()?, 1.month())
}

fn year_of(year: i16) -> Option<Days> {
    lasting(Date::new(year, 1, 1).ok()?, 1.year())
}

fn lasting(first: Date, span: Span) -> Option<Days> {
    Some((first, first.checked_add(span).ok()?))
}

/// Weeks begin on Monday.
fn named(word: &str, today: Date) -> Option<Days> {
    let day = |back: i64| lasting(today.checked_sub(back.days()).ok()?, 1.day());
    let week = |back: i64| {
        let monday = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok()?;
        lasting(monday.checked_sub(back.weeks()).ok()?, 1.week())
    };
    let month = |back: i64| lasting(today.first_of_month().checked_sub(back.months()).ok()?, 1.month());
    let year = |back: i64| lasting(today.first_of_year().checked_sub(back.years()).ok()?, 1.year());
    match word {
        "today" | "오늘" | "금일" => day(0),
        "yesterday" | "어제" | "하루전" => day(1),
        "그제" | "그저께" | "엊그제" | "이틀전" => day(2),
        "그끄제" | "그끄저께" | "사흘전" => day(3),
        "나흘전" => day(4),
        "일주일전" => day(7),
        "열흘전" => day(10),
        "보름전" => day(15),
        "thisweek" | "이번주" | "금주" => week(0),
        "lastweek" | "지난주" | "저번주" => week(1),
        "지지난주" | "저저번주" => week(2),
        "thismonth" | "이번달" | "이달" => month(0),
        "lastmonth" | "지난달" | "저번달" => month(1),
        "지지난달" | "저저번달" => month(2),
        "thisyear" | "올해" | "금년" => year(0),
        "lastyear" | "작년" | "지난해" => year(1),
        "재작년" => year(2),
        _ => weekday(word).and_then(|weekday| {
            let back = today.weekday().since(weekday);
            lasting(today.checked_sub(i64::from(back).days()).ok()?, 1.day())
        }),
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mon" | "월요일" => Weekday::Monday,
        "tuesday" | "tue" | "화요일" => Weekday::Tuesday,
        "wednesday" | "wed" | "수요일" => Weekday::Wednesday,
        "thursday" | "thu" | "목요일" => Weekday::Thursday,
        "friday" | "fri" | "금요일" => Weekday::Friday,
        "saturday" | "sat" | "토요일" => Weekday::Saturday,
        "sunday" | "sun" | "일요일" => Weekday::Sunday,
        _ => return None,
    })
}

/// `7d`, `2w`, `3months ago`, `3일 전`, `2주 전`: the day that is so long ago.
fn ago(word: &str, today: Date) -> Option<Days> {
    let unit_at = word.find(|character: char| !character.is_ascii_digit())?;
    let (count, unit) = word.split_at(unit_at);
    let count: i64 = (1..=4).contains(&count.len()).then(|| count.parse().ok()).flatten()?;
    let span = match unit.strip_suffix("ago").unwrap_or(unit) {
        "d" | "day" | "days" | "일전" => Span::new().try_days(count),
        "w" | "week" | "weeks" | "주전" | "주일전" => Span::new().try_weeks(count),
        "m" | "month" | "months" | "달전" | "개월전" => Span::new().try_months(count),
        "y" | "year" | "years" | "년전" => Span::new().try_years(count),
        _ => return None,
    };
    lasting(today.checked_sub(span.ok()?).ok()?, 1.day())
}
