//! Whom the messages of a batch mean, and the files that they bring.

use super::facts::Facts;
use super::{AppendMessage, Mentioned};
use crate::error::{Error, Result};
use crate::storage::files::{self, Enclosed};
use crate::storage::members::seat;
use crate::storage::mentions;
use crate::storage::transaction::Transaction;

/// The members who are meant by each message, or why its author may not mean them.
pub(super) async fn read_mentions(
    transaction: &mut Transaction,
    commands: &mut [AppendMessage],
    facts: &[Result<Facts>],
) -> Result<Vec<Result<Mentioned>>> {
    let mut mentioned = Vec::with_capacity(commands.len());
    for (command, facts) in commands.iter_mut().zip(facts) {
        let connection = &mut transaction.connection;
        let Ok(facts) = facts else {
            mentioned.push(Ok(Mentioned::default()));
            continue;
        };
        let people = match &command.mentions.names[..] {
            [] => Vec::new(),
            names => mentions::resolve(connection, facts.room_key, names).await?,
        };
        let group = command.mentions.group.take();
        let called = match &group {
            // What was stored before is answered as it was then.
            Some(group) if facts.stored.is_none() => {
                let seat = seat(connection, command.room, command.author).await?;
                match group.judge(connection, &seat).await {
                    Ok(true) => Ok(Some(group.call(connection, facts.room_key).await?)),
                    Ok(false) => Ok(None),
                    Err(refusal) => Err(refusal),
                }
            }
            _ => Ok(None),
        };
        mentioned.push(match called {
            Err(error @ Error::Unavailable(_)) => return Err(error),
            called => called.map(|group| Mentioned { people, group }),
        });
    }
    Ok(mentioned)
}

/// The files of each message, or why its author may not send them.
pub(super) async fn read_files(
    transaction: &mut Transaction,
    commands: &[AppendMessage],
    facts: &[Result<Facts>],
) -> Result<Vec<Result<Vec<Enclosed>>>> {
    let mut enclosed = Vec::with_capacity(commands.len());
    for (command, facts) in commands.iter().zip(facts) {
        // What was stored before is answered as it was then.
        let is_new = facts.as_ref().is_ok_and(|facts| facts.stored.is_none());
        enclosed.push(match &command.files[..] {
            files @ [_, ..] if is_new && command.objection.is_none() => {
                match files::enclosed(&mut transaction.connection, command.author, files).await {
                    Err(error @ Error::Unavailable(_)) => return Err(error),
                    found => found,
                }
            }
            _ => Ok(Vec::new()),
        });
    }
    Ok(enclosed)
}
