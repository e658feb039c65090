//! Which snapshots go when there are newer ones.

use super::snapshots::{Held, whole};
use crate::error::Result;
use std::num::NonZeroU32;

/// Removes the oldest beyond `keep`.
pub(super) fn expire(held: &Held, keep: NonZeroU32) -> Result<()> {
    let found = whole(&held.folder)?;
    let keep = usize::try_from(keep.get()).unwrap_or(usize::MAX);
    let expired = found.len().saturating_sub(keep);
    found.iter().take(expired).try_for_each(|(_, snapshot)| held.remove(snapshot))
}
