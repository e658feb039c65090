//! What somebody wants for themselves on all devices, and when their quiet hours are.

use crate::actor::Actor;
use crate::app::App;
use crate::clock::{self, Timestamp};
use crate::contract::*;
use crate::error::{Error, Result};
use crate::storage::Window;
use jiff::civil::Time;
use jiff::tz::TimeZone;

pub async fn get(app: &App, actor: &Actor) -> Result<PreferencesAck> {
    Ok(PreferencesAck { preferences: app.storage.preferences(actor.user).await? })
}

pub async fn update(app: &App, actor: &Actor, command: UpdatePreferences) -> Result<PreferencesAck> {
    let UpdatePreferences { receipts, last_seen, quiet_hours } = command;
    let window = quiet_hours.as_ref().map(|hours| Hours::read(hours)?.window(clock::now())).transpose()?;
    let preferences = Preferences { receipts, last_seen, quiet_hours };
    app.storage.set_preferences(actor.user, preferences.clone(), window).await?;
    Ok(PreferencesAck { preferences })
}

/// Moves on the quiet hours that are over. True when more are left.
pub async fn move_quiet_hours(app: &App) -> Result<bool> {
    let now = clock::now();
    // A zone that a newer list of zones has no more leaves its hours without effect.
    app.storage.move_quiet_hours(now, move |hours| Hours::read(hours).ok()?.window(now).ok()).await
}

struct Hours {
    from: Time,
    to: Time,
    zone: TimeZone,
}

impl Hours {
    fn read(hours: &QuietHours) -> Result<Self> {
        let refuse = |message: &str| Error::invalid("quietHours", message);
        let time = |text: &str| -> Option<Time> {
            let (hour, minute) = text.split_once(':').filter(|_| text.len() == 5)?;
            let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?;
            Time::new(digits(hour)?, digits(minute)?, 0, 0).ok()
        };
        let (Some(from), Some(to)) = (time(&hours.from), time(&hours.to)) else {
            return Err(refuse("the hours are written from 00:00 to 23:59"));
        };
        if from == to {
            return Err(refuse("the hours end when they begin"));
        }
        let zone = TimeZone::get(&hours.time_zone).map_err(|_| refuse("there is no such time zone"))?;
        Ok(Self { from, to, zone })
    }

    /// The hours that contain `now`, or the next: they may have begun yesterday.
    fn window(&self, now: Timestamp) -> Result<Window> {
        let out_of_range = |_| Error::invalid("quietHours", "the calendar ends there");
        let today = jiff::Timestamp::from_millisecond(now.as_millis()).map_err(out_of_range)?;
        let today = today.to_zoned(self.zone.clone()).date();
        let at = |date: jiff::civil::Date, time: Time| -> Result<Timestamp> {
            let moment = date.to_datetime(time).to_zoned(self.zone.clone()).map_err(out_of_range)?;
            Ok(Timestamp::from_millis(moment.timestamp().as_millisecond()))
        };
        let yesterday = today.yesterday().map_err(out_of_range)?;
        let tomorrow = today.tomorrow().map_err(out_of_range)?;
        for date in [yesterday, today] {
            let ends = if self.to > self.from { date } else { date.tomorrow().map_err(out_of_range)? };
            let window = (at(date, self.from)?, at(ends, self.to)?);
            if window.1 > now {
                return Ok(window);
            }
        }
        let ends = if self.to > self.from { tomorrow } else { tomorrow.tomorrow().map_err(out_of_range)? };
        Ok((at(tomorrow, self.from)?, at(ends, self.to)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: &str, to: &str, now: &str) -> (String, String) {
        window_in("Asia/Seoul", from, to, now)
    }

    fn window_in(zone: &str, from: &str, to: &str, now: &str) -> (String, String) {
        let hours = QuietHours { from: from.into(), to: to.into(), time_zone: zone.into() };
        let now = Timestamp::parse(now).expect("a time");
        let (from, until) = Hours::read(&hours).and_then(|hours| hours.window(now)).expect("a window");
        (from.to_string(), until.to_string())
    }

    #[test]
    fn hours_over_midnight_are_the_present_ones_or_the_next_by_the_clocks_of_the_place() {
        // 22:00 to 07:00 in Seoul is 13:00 to 22:00 in UTC.
        let tonight = ("2026-03-01T13:00:00.000Z".to_owned(), "2026-03-01T22:00:00.000Z".to_owned());
        for now in ["2026-03-01T05:00:00Z", "2026-03-01T13:00:00Z", "2026-03-01T21:59:59.999Z"] {
            assert_eq!(window("22:00", "07:00", now), tonight, "{now}");
        }
        assert_eq!(window("22:00", "07:00", "2026-03-01T22:00:00Z").0, "2026-03-02T13:00:00.000Z");
        assert_eq!(window("12:00", "13:00", "2026-03-01T04:00:00Z").0, "2026-03-02T03:00:00.000Z");
    }

    #[test]
    fn the_hours_are_those_of_the_clock_where_it_is_put_forward_or_back() {
        for (zone, from, to, now, expected) in [
            // In New York the night of the 8th of March is an hour shorter, that of the 1st of November an hour longer.
            ("America/New_York", "22:00", "07:00", "2026-03-08T08:00:00Z", ("2026-03-08T03:00", "2026-03-08T11:00")),
            ("America/New_York", "22:00", "07:00", "2026-11-01T08:00:00Z", ("2026-11-01T02:00", "2026-11-01T12:00")),
            // What is left out begins where the clock goes on, and what comes twice ends the first time.
            ("America/New_York", "02:30", "06:00", "2026-03-08T05:00:00Z", ("2026-03-08T07:30", "2026-03-08T10:00")),
            ("America/New_York", "00:00", "01:30", "2026-11-01T04:30:00Z", ("2026-11-01T04:00", "2026-11-01T05:30")),
            // A day that Samoa left out, and places far from everybody else's days.
            ("Pacific/Apia", "22:00", "07:00", "2011-12-30T09:00:00Z", ("2011-12-30T08:00", "2011-12-30T17:00")),
            ("Pacific/Kiritimati", "23:00", "06:00", "2026-06-01T12:00:00Z", ("2026-06-01T09:00", "2026-06-01T16:00")),
            ("Asia/Kathmandu", "23:00", "06:00", "2026-06-01T18:00:00Z", ("2026-06-01T17:15", "2026-06-02T00:15")),
        ] {
            let (begin, end) = window_in(zone, from, to, now);
            assert_eq!((&begin[..16], &end[..16]), expected, "{zone} {from} to {to} at {now}");
        }
        // Hours that fall into what is left out are none that day, and come again the next.
        let (begin, end) = window_in("America/New_York", "02:00", "03:00", "2026-03-08T06:00:00Z");
        assert_eq!((&begin, &begin[..16]), (&end, "2026-03-08T07:00"));
        let (begin, _) = window_in("America/New_York", "02:00", "03:00", "2026-03-08T07:00:00Z");
        assert_eq!(&begin[..16], "2026-03-09T06:00");
    }

    #[test]
    fn what_is_no_hour_or_no_zone_is_refused() {
        for (from, to, zone) in [
            ("7:00", "08:00", "UTC"),
            ("24:00", "08:00", "UTC"),
            ("07:60", "08:00", "UTC"),
            ("+7:00", "08:00", "UTC"),
            ("07:00", "07:00", "UTC"),
            ("07:00", "08:00", "Mars/Base"),
        ] {
            let hours = QuietHours { from: from.into(), to: to.into(), time_zone: zone.into() };
            assert!(Hours::read(&hours).is_err(), "{hours:?}");
        }
    }
}
