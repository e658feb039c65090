//! What was asked before is asked again at the moment of writing.

use super::*;
use crate::contract::ServerRole;
use crate::credentials::usernames::Username;
use crate::ids::SessionId;
use crate::storage::plans::{opened, person};
use crate::storage::{Entered, FirstRoom, NewAccount};
use std::time::Duration;

const HASH: &str = "the hash of a password";

/// Somebody who has logged in twice.
async fn logged_in(storage: &Storage) -> (Actor, [SessionId; 2]) {
    let account = NewAccount {
        username: Username::parse("username", "joon").expect("a name"),
        display_name: "Joon".to_owned(),
        role: ServerRole::Member,
        bot: false,
        password_hash: Some(HASH.to_owned()),
    };
    let joon = storage.create_account(account, None, FirstRoom::Nowhere).await.expect("an account").id;
    let enter = async |ticket: &str| {
        let login = NewSession {
            user_agent: String::new(),
            address: "127.0.0.1".to_owned(),
            lifetime: Duration::from_secs(3_600),
        };
        let ticket = (TokenDigest::of(ticket), clock::now());
        match storage.log_in(joon, HASH.to_owned(), None, login, ticket).await.expect("a login") {
            Entered::In(started) => started.session,
            Entered::Half => panic!("there is no second factor"),
        }
    };
    let sessions = [enter("first").await, enter("second").await];
    (person(joon), sessions)
}

fn new_factor() -> NewFactor {
    let recovery_codes = vec![TokenDigest::of_code("code-code-code")];
    NewFactor { seal: Box::new(|| Ok(b"sealed".to_vec())), step: 1, recovery_codes }
}

#[tokio::test]
async fn a_session_that_ended_meanwhile_turns_nothing_on() {
    let (_folder, storage, _) = opened().await;
    let (joon, [ended, kept]) = logged_in(&storage).await;
    storage.change_password(joon, kept, HASH.to_owned(), "another".to_owned()).await.expect("changed");
    let refused = storage.turn_on_two_factor(joon, ended, new_factor()).await;
    assert!(matches!(refused, Err(Error::Unauthenticated(_))), "{refused:?}");
    assert!(storage.two_factor(joon.user).await.expect("how it stands").since.is_none());
    storage.turn_on_two_factor(joon, kept, new_factor()).await.expect("turned on");
    let again = storage.turn_on_two_factor(joon, kept, new_factor()).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
}

#[tokio::test]
async fn a_password_that_was_replaced_meanwhile_changes_nothing() {
    let (_folder, storage, _) = opened().await;
    let (joon, [session, _]) = logged_in(&storage).await;
    storage.turn_on_two_factor(joon, session, new_factor()).await.expect("turned on");
    storage.change_password(joon, session, HASH.to_owned(), "another".to_owned()).await.expect("changed");
    let former = || HASH.to_owned();
    let refused = storage.replace_recovery_codes(joon, former(), Proof::App(2), Vec::new()).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    let refused = storage.turn_off_two_factor(joon, former(), Proof::App(2)).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    let stands = storage.two_factor(joon.user).await.expect("how it stands");
    assert_eq!((stands.since.is_some(), stands.recovery_codes), (true, 1));
    storage.turn_off_two_factor(joon, "another".to_owned(), Proof::App(2)).await.expect("nothing of the code is spent");
}
