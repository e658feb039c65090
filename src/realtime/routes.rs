//! Which feature carries out which command: one line each.

use crate::actor::Actor;
use crate::app::App;
use crate::contract::*;
use crate::error::{Error, Result};
use crate::messages::streams;
use crate::metrics;
use crate::{
    emoji, files, messages, moderation, notifications, preferences, presence, previews, reminders, rooms, search,
    shelf, tasks, threads, typing,
};
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// What a command is answered with: the acknowledgement, and an event for the asking socket alone.
pub struct Answer {
    pub ack: Box<RawValue>,
    pub echo: Option<ServerEvent>,
}

type Run = fn(Arc<App>, Actor, Box<RawValue>) -> BoxFuture<'static, Result<Answer>>;

/// How a command is carried out.
pub struct Route {
    pub run: Run,
    /// The next command of the same socket need not wait for this one's end: the writer keeps their order.
    pub pipelined: bool,
    pub counted: &'static metrics::Commands,
}

macro_rules! route {
    ($routes:ident, $command:ident => $feature:path $(, $option:ident)?) => {
        let run: Run = |app, actor, payload| {
            Box::pin(async move {
                let command: $command = decode(payload.get())?;
                let done = $feature(&app, &actor, command).await?;
                route!(@answer done $(, $option)?)
            })
        };
        $routes.insert($command::NAME, Route { run, pipelined: route!(@pipelined $($option)?), counted: metrics::commands($command::NAME) });
    };
    (@answer $done:ident, echo) => { Ok(Answer { ack: encode($done.0)?, echo: Some($done.1.into()) }) };
    (@answer $done:ident $(, pipelined)?) => { Ok(Answer { ack: encode($done)?, echo: None }) };
    (@pipelined pipelined) => { true };
    (@pipelined $(echo)?) => { false };
}

/// Every command, by its name.
pub static ROUTES: LazyLock<HashMap<&'static str, Route>> = LazyLock::new(|| {
    let mut routes = HashMap::new();
    route!(routes, CreateRoom => rooms::create);
    route!(routes, JoinRoom => rooms::join);
    route!(routes, InviteToRoom => rooms::invite);
    route!(routes, LeaveRoom => rooms::leave);
    route!(routes, KickFromRoom => rooms::kick);
    route!(routes, SetRoomRole => moderation::set_role);
    route!(routes, UpdateRoom => rooms::update);
    route!(routes, DeleteRoom => rooms::delete);
    route!(routes, RejoinRoom => rooms::rejoin, echo);
    route!(routes, ListMembers => rooms::members);
    route!(routes, ListRooms => rooms::list);
    route!(routes, ListMyRooms => rooms::mine);
    route!(routes, MuteRoom => rooms::mute);
    route!(routes, FavourRoom => rooms::favour);
    route!(routes, SetLevel => notifications::set_level);
    route!(routes, ListPins => shelf::pins);
    route!(routes, ListFiles => files::of_room);
    route!(routes, GetReceipts => rooms::receipts);
    route!(routes, GetRoomPresence => presence::in_room);
    route!(routes, SendMessage => messages::send, pipelined);
    route!(routes, EditMessage => messages::edit);
    route!(routes, DeleteMessage => messages::delete);
    route!(routes, ReactToMessage => messages::react);
    route!(routes, PinMessage => messages::pin);
    route!(routes, ShowPreview => previews::show);
    route!(routes, HideMessage => moderation::hide);
    route!(routes, RevealMessage => moderation::reveal);
    route!(routes, ReportMessage => moderation::report);
    route!(routes, ListReports => moderation::reports);
    route!(routes, ResolveReport => moderation::resolve);
    route!(routes, MarkRead => messages::mark_read);
    route!(routes, MarkUnread => messages::mark_unread);
    route!(routes, SaveMessage => shelf::save);
    route!(routes, ListSaved => shelf::saved);
    route!(routes, ReadHistory => messages::history);
    route!(routes, SearchMessages => search::messages);
    route!(routes, StartStream => streams::start);
    route!(routes, FeedStream => streams::feed);
    route!(routes, EndStream => streams::end);
    route!(routes, FailStream => streams::fail);
    route!(routes, StopStream => streams::stop);
    route!(routes, CreateTask => tasks::create);
    route!(routes, UpdateTask => tasks::update);
    route!(routes, DeleteTask => tasks::delete);
    route!(routes, ListTasks => tasks::list);
    route!(routes, CreateReminder => reminders::create);
    route!(routes, ListReminders => reminders::list);
    route!(routes, DeleteReminder => reminders::delete);
    route!(routes, ListThreads => threads::list);
    route!(routes, FollowThread => threads::follow);
    route!(routes, ReadThread => threads::read);
    route!(routes, ListNotifications => notifications::list);
    route!(routes, ReadNotification => notifications::read);
    route!(routes, UpdatePreferences => preferences::update);
    route!(routes, ListEmoji => emoji::list);
    route!(routes, AddEmoji => emoji::add);
    route!(routes, RenameEmoji => emoji::rename);
    route!(routes, RemoveEmoji => emoji::remove);
    route!(routes, StartTyping => typing::start);
    route!(routes, StopTyping => typing::stop);
    route!(routes, UpdateStatus => presence::update_status);
    route!(routes, GetPresence => presence::get);
    route!(routes, Heartbeat => presence::heartbeat, echo);
    routes
});

fn encode<T: Serialize>(ack: T) -> Result<Box<RawValue>> {
    to_raw_value(&Success::new(ack)).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_of_the_contract_is_mounted_and_no_other() {
        let mut mounted: Vec<_> = ROUTES.keys().copied().collect();
        let mut declared = COMMANDS.to_vec();
        mounted.sort_unstable();
        declared.sort_unstable();
        assert_eq!(mounted, declared);
    }
}
