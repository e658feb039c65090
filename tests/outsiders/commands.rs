//! The commands that name no room: whom each is for. Those that name one are asked by every outsider in any case.

use super::doors::Things;
use super::support::{Options, Place, Socket, payload, text};
use super::{Outsider, scene, state};
use futures_util::future::join_all;
use maru::contract::COMMANDS;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

/// What a command is about that names no room.
#[derive(Clone, Copy, Debug, PartialEq)]
enum About {
    /// What is the caller's own, or everybody's.
    Oneself,
    /// A thing of somebody's, which the field names: others find nothing.
    ThingOf(&'static str),
    /// The server: who does not administer it is refused.
    TheServer,
}

use About::*;

/// A command that names no room and is added without its line here fails.
const OF_NO_ROOM: [(&str, About); 18] = [
    ("room:create", Oneself),
    ("room:list", Oneself),
    ("room:mine", Oneself),
    ("messages:saved", Oneself),
    ("threads:list", Oneself),
    ("notifications:list", Oneself),
    ("notification:read", ThingOf("notificationId")),
    ("preferences:update", Oneself),
    ("reminder:list", Oneself),
    ("reminder:delete", ThingOf("reminderId")),
    ("report:resolve", ThingOf("reportId")),
    ("emoji:list", Oneself),
    ("emoji:add", TheServer),
    ("emoji:rename", TheServer),
    ("emoji:remove", TheServer),
    ("status:update", Oneself),
    ("presence:get", Oneself),
    ("heartbeat", Oneself),
];

#[test]
fn every_command_that_names_no_room_says_whom_it_is_for() {
    let [room, message, user, task] = ["room", "message", "user", "task"].map(str::to_owned);
    let place = Place { room, message, user, task };
    let found: BTreeSet<&str> =
        COMMANDS.iter().copied().filter(|command| !payload(command, &place).names_room).collect();
    let named = BTreeSet::from(OF_NO_ROOM.map(|(command, _)| command));
    let missing: Vec<_> = found.difference(&named).collect();
    assert!(missing.is_empty(), "say in OF_NO_ROOM (tests/outsiders/commands.rs) what these are about: {missing:?}");
    let gone: Vec<_> = named.difference(&found).collect();
    assert!(gone.is_empty(), "there are no such commands any more: {gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_no_room_tells_outsiders_nothing_of_one_and_changes_nothing_of_others() {
    let scene = scene("private").await;
    let things = Things::of(&scene).await;
    let (mina, joon) = (&scene.mina, scene.joon.connect().await);
    let of_mina = async || {
        let lists = ["reminder:list", "notifications:list"].map(|list| mina.call_ok(list, json!({})));
        json!([state(mina, &scene.place.room).await, join_all(lists).await])
    };
    let before = of_mina().await;
    for (command, about) in OF_NO_ROOM {
        let mut fields = payload(command, &scene.place).fields;
        match about {
            ThingOf("notificationId") => fields["notificationId"] = json!(things.notification),
            ThingOf("reminderId") => fields["reminderId"] = json!(things.reminder),
            ThingOf("reportId") => fields["reportId"] = json!(things.report),
            ThingOf(other) => panic!("{command}: put a real {other} of mina's in here"),
            TheServer if fields.get("emojiId").is_some() => fields["emojiId"] = json!(things.emoji),
            Oneself | TheServer => {}
        }
        // A cursor of nowhere would be refused before anything is looked at.
        fields.as_object_mut().expect("an object").remove("cursor");
        // What an administrator may do comes last: it may take the thing away.
        let administers = |outsider: &&Outsider| outsider.why == "an administrator";
        let (last, first): (Vec<_>, Vec<_>) = scene.outsiders.iter().partition(administers);
        if about == TheServer {
            let answer = joon.call(command, fields.clone()).await;
            assert_eq!(answer["error"]["code"], "forbidden", "{command} by a member: {answer}");
        }
        for outsider in first.into_iter().chain(last) {
            let answer = outsider.socket.call(command, fields.clone()).await;
            let asked = format!("{command} by {}: {answer}", outsider.why);
            assert!(
                !answer.to_string().contains(&scene.place.room) && !answer.to_string().contains("between us"),
                "{asked}"
            );
            match about {
                Oneself => assert_eq!(answer["success"], true, "{asked}"),
                ThingOf(_) => assert_eq!(answer["error"]["code"], "not_found", "{asked}"),
                TheServer if outsider.why == "an administrator" => {
                    assert_ne!(answer["error"]["code"], "forbidden", "{asked}")
                }
                TheServer => assert_eq!(answer["error"]["code"], "forbidden", "{asked}"),
            }
        }
    }
    assert_eq!(of_mina().await, before, "somebody changed what is not theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_is_carried_out_for_who_has_not_said_who_they_are() {
    let scene = scene("private").await;
    let before = state(&scene.mina, &scene.place.room).await;
    let knock = async |command: &str, greeting: Option<&str>| {
        let socket = Socket::open(&scene.app.url(), &Options::websocket()).await.expect("a transport");
        if let Some(greeting) = greeting {
            socket.send_raw(greeting);
            assert!(text(&socket.refused().await["message"]).starts_with("unauthenticated: "), "{command}");
        }
        let fields = payload(command, &scene.place).fields;
        socket.send_raw(format!(r#"427["{command}",{fields}]"#));
        socket.closed_within(Duration::from_secs(20)).await;
        assert!(socket.acknowledged().is_empty(), "{command} was acknowledged");
        assert!(socket.heard_events().is_empty(), "{command} led to {:?}", socket.heard_events());
    };
    let greetings: [Option<&str>; 2] = [None, Some(r#"40{"token":"forged"}"#)];
    let knocks = COMMANDS.iter().flat_map(|command| greetings.map(|greeting| knock(command, greeting)));
    join_all(knocks).await;
    assert_eq!(state(&scene.mina, &scene.place.room).await, before);
}
