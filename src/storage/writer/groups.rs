//! Neighbouring commands of one kind, and the answers to them.

use super::{Due, Finish, Job, Work, reply};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::storage::append::{AppendMessage, Appended};
use crate::storage::departures::Passage;
use crate::storage::reading::{MarkedRead, ReadMark};
use tokio::sync::oneshot;

/// Neighbouring jobs of one kind, which are written together.
pub(super) enum Groups {
    Append(Vec<AppendMessage>, Vec<oneshot::Sender<Result<Appended>>>),
    MarkRead(Vec<ReadMark>, Vec<oneshot::Sender<Result<MarkedRead>>>),
    Pass(Vec<Passage>, Vec<oneshot::Sender<Result<Option<Timestamp>>>>),
    Other(Work),
}

impl Groups {
    pub(super) fn of(jobs: Vec<Job>) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for job in jobs {
            match (job, groups.last_mut()) {
                (Job::Append(command, answer), Some(Self::Append(commands, answers))) => {
                    commands.push(*command);
                    answers.push(answer);
                }
                (Job::Append(command, answer), _) => groups.push(Self::Append(vec![*command], vec![answer])),
                (Job::MarkRead(mark, answer), Some(Self::MarkRead(marks, answers))) => {
                    marks.push(mark);
                    answers.push(answer);
                }
                (Job::MarkRead(mark, answer), _) => groups.push(Self::MarkRead(vec![mark], vec![answer])),
                (Job::Pass(passage, answer), Some(Self::Pass(passages, answers))) => {
                    passages.push(passage);
                    answers.push(answer);
                }
                (Job::Pass(passage, answer), _) => groups.push(Self::Pass(vec![passage], vec![answer])),
                (Job::Other(work), _) => groups.push(Self::Other(work)),
                (Job::FollowOthers | Job::Close(_), _) => {}
            }
        }
        groups
    }

    pub(super) fn refuse(self, error: &Error) {
        match self {
            Self::Append(_, answers) => {
                answers.into_iter().for_each(|answer| reply(answer, Err(repeat(error)), Ok(())))
            }
            Self::MarkRead(_, answers) => {
                answers.into_iter().for_each(|answer| reply(answer, Err(repeat(error)), Ok(())));
            }
            Self::Pass(_, answers) => {
                answers.into_iter().for_each(|answer| reply(answer, Err(repeat(error)), Ok(())));
            }
            // Dropping the work drops its answer, which its caller hears as `Unavailable` (see `submit`).
            Self::Other(_) => {}
        }
    }
}

/// Lines up the results of a written group with those who wait for them.
pub(super) fn settle<T: Send + 'static>(
    results: Result<Vec<Result<T>>>,
    answers: Vec<oneshot::Sender<Result<T>>>,
    finishes: &mut Vec<(Finish, Due)>,
) -> Result<()> {
    match results {
        Ok(results) => {
            for (result, answer) in results.into_iter().zip(answers) {
                finishes.push((Box::new(move |committed| reply(answer, result, committed)), Due::Committed));
            }
            Ok(())
        }
        Err(error) => {
            for answer in answers {
                reply(answer, Err(repeat(&error)), Ok(()));
            }
            Err(error)
        }
    }
}

/// The same failure for each of those whom it struck; its cause is logged once, where it is met.
pub(super) fn repeat(error: &Error) -> Error {
    match error {
        Error::Unavailable(message) => Error::Unavailable(message.clone()),
        _ => Error::Unavailable("the commit failed; try again".to_owned()),
    }
}
