//! The team's own emoji: images with a name, for everybody who has an account.

use crate::actor::Actor;
use crate::app::App;
use crate::contract::{AddEmoji, EmojiAck, Empty, ListEmoji, ListEmojiAck, RemoveEmoji, RenameEmoji};
use crate::error::{Error, Result};
use crate::files;
use std::ops::RangeInclusive;
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;

const CHARACTERS: RangeInclusive<usize> = 2..=30;
/// With its colons it fits into a reaction.
const MOST_BYTES: usize = 60;

/// All of them.
pub async fn list(app: &App, actor: &Actor, _: ListEmoji) -> Result<ListEmojiAck> {
    let (emoji, rev) = app.storage.emoji(actor.user).await?;
    Ok(ListEmojiAck { emoji, rev })
}

/// Makes an emoji of an image that the caller may see, and tells everybody.
///
/// # Errors
/// `Forbidden` for who may not; `Conflict` for a name that is taken; `TooLarge` when there are too many; `NotFound` for
/// the image; `Invalid` for a name that cannot be one, and for what is no image, or moves and is too large.
pub async fn add(app: &Arc<App>, actor: &Actor, command: AddEmoji) -> Result<EmojiAck> {
    let by_members = app.config.emoji_by_members;
    let name = read_name(&command.name)?;
    app.storage.check_new_emoji(actor.user, &name, by_members).await?;
    let file = files::make_emoji(app, actor, command.file_id).await?;
    let added = app.storage.add_emoji(actor.user, file, name, by_members).await;
    if added.is_err() {
        // Somebody took the name meanwhile. What is left is swept as whatever was not sent.
        let _left = files::cancel(app, actor, file).await;
    }
    Ok(EmojiAck { emoji: added? })
}

/// Gives an emoji another name, and tells everybody. Where the old one was written, it stands as text.
///
/// # Errors
/// `NotFound`; otherwise as `add`.
pub async fn rename(app: &App, actor: &Actor, command: RenameEmoji) -> Result<EmojiAck> {
    let name = read_name(&command.name)?;
    let by_members = app.config.emoji_by_members;
    Ok(EmojiAck { emoji: app.storage.rename_emoji(actor.user, command.emoji_id, name, by_members).await? })
}

/// Takes an emoji away, and tells everybody. Where it was written, its name stands as text.
///
/// # Errors
/// `NotFound`; `Forbidden` for who may not.
pub async fn remove(app: &App, actor: &Actor, command: RemoveEmoji) -> Result<Empty> {
    app.storage.remove_emoji(*actor, command.emoji_id, app.config.emoji_by_members).await?;
    Ok(Empty {})
}

/// A name as it is kept: some systems write Hangul syllables as letters.
fn read_name(name: &str) -> Result<String> {
    let name: String = name.nfc().collect();
    let fits = CHARACTERS.contains(&name.chars().count())
        && name.len() <= MOST_BYTES
        && name.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-' | '+' | '가'..='힣'));
    if fits {
        return Ok(name);
    }
    let (least, most) = (CHARACTERS.start(), CHARACTERS.end());
    let message =
        format!("a name has {least} to {most} of a to z, digits, _, -, + and Hangul, in at most {MOST_BYTES} bytes");
    Err(Error::invalid("name", message))
}

#[cfg(test)]
mod tests {
    use super::read_name;

    #[test]
    fn a_name_can_be_written_between_colons() {
        for (name, read) in [
            ("party_parrot", "party_parrot"),
            ("+1", "+1"),
            ("마루", "마루"),
            ("\u{1106}\u{1161}\u{1105}\u{116e}", "마루"),
        ] {
            assert_eq!(read_name(name).ok().as_deref(), Some(read), "{name:?}");
        }
        for refused in ["", "a", ":party:", "Party", "a b", "a.b", "a\u{200b}b", "ㅋㅋ", "é1", "🎉🎉", "<b>", "a\nb"]
        {
            assert!(read_name(refused).is_err(), "{refused:?}");
        }
        assert!(read_name(&"a".repeat(30)).is_ok() && read_name(&"a".repeat(31)).is_err());
        assert!(read_name(&"가".repeat(20)).is_ok() && read_name(&"가".repeat(21)).is_err());
    }
}
