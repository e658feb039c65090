//! Searching as a program does: over HTTP, page by page.

use super::said::Said;
use crate::failure::{Failure, Result};
use crate::wire::http::Http;
use serde::Deserialize;
use std::fmt::Write;

/// Hits of a page as people get them.
pub const PAGE: usize = 20;
/// The most of a page.
const LARGEST_PAGE: usize = 100;

/// Somebody who searches.
pub struct Seeker<'a> {
    pub http: Http,
    pub token: &'a str,
    /// Only in this room.
    pub room: Option<&'a str>,
}

#[derive(Deserialize)]
pub struct Answer {
    pub success: bool,
    pub hits: Vec<Hit>,
    pub cursor: Option<String>,
}

#[derive(Deserialize)]
pub struct Hit {
    pub message: Named,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Named {
    pub room_id: String,
    pub seq: i64,
}

/// What was found, newest first.
pub struct Hits {
    pub places: Vec<usize>,
    /// Whether there is more behind these.
    pub more: bool,
}

impl Seeker<'_> {
    /// One page.
    ///
    /// # Errors
    /// `Broken` when the search is refused.
    pub async fn page(&mut self, typed: &str, cursor: Option<&str>, limit: usize) -> Result<Answer> {
        let mut path = format!("/api/v1/search?limit={limit}&q={}", encoded(typed));
        for (name, value) in [("room", self.room), ("cursor", cursor)] {
            if let Some(value) = value {
                // Writing to a String cannot fail.
                let _ = write!(path, "&{name}={value}");
            }
        }
        let answer = self.http.get(&path, Some(self.token)).await?;
        let refused = || Failure::Broken(format!("{typed}: {}", String::from_utf8_lossy(answer.body)));
        let page: Answer = serde_json::from_slice(answer.body).map_err(|_| refused())?;
        if answer.status != 200 || !page.success { Err(refused()) } else { Ok(page) }
    }

    /// About the newest `most` of what is found.
    ///
    /// # Errors
    /// `Broken` when they are not newest first, or one comes twice; as `page`.
    pub async fn newest(&mut self, typed: &str, most: usize, said: &Said) -> Result<Hits> {
        let mut places: Vec<usize> = Vec::new();
        let mut cursor = None;
        loop {
            let page = self.page(typed, cursor.as_deref(), LARGEST_PAGE).await?;
            for hit in &page.hits {
                let place = said.place(&hit.message.room_id, hit.message.seq)?;
                if places.last().is_some_and(|last| *last <= place) {
                    return Err(Failure::Broken(format!("{typed}: the hits are not newest first, or one came twice")));
                }
                places.push(place);
            }
            cursor = page.cursor;
            if cursor.is_none() || places.len() >= most {
                return Ok(Hits { places, more: cursor.is_some() });
            }
        }
    }
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        // Writing to a String cannot fail.
        let _ = write!(encoded, "%{byte:02X}");
        encoded
    })
}
