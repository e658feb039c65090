//! Why a bucket cannot be used.

use super::owner::MARK;
use std::io;

#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Store(#[from] object_store::Error),
    #[error("the folder of files cannot be used: {0}")]
    Folder(io::Error),
    #[error(
        "the bucket belongs to another Maru, as its object {MARK} says, and nothing is written or removed there: each would \
         take the other's files away. Name another prefix in files.store; where the other is gone for good, and this one takes \
         its place, remove that object"
    )]
    Foreign,
}

impl Trouble {
    /// What everybody may know.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Store(object_store::Error::NotFound { .. }) => "there is no such bucket",
            Self::Store(error) if is_refusal(error) => "the bucket refuses the key",
            Self::Store(_) => "the bucket cannot be reached",
            Self::Folder(_) => "the folder of files cannot be used",
            Self::Foreign => "the bucket belongs to another Maru",
        }
    }
}

pub(super) fn is_refusal(error: &object_store::Error) -> bool {
    matches!(error, object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. })
}
