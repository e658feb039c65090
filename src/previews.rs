//! Previews of links: looked up in the background once their message is sent, and switched off where they are not wanted.

use crate::actor::Actor;
use crate::app::App;
use crate::clock::{self, Timestamp};
use crate::config::Config;
use crate::contract::{MAX_PREVIEWS, RevAck, ShowPreview};
use crate::error::{Error, Result};
use crate::files;
use crate::ids::FileId;
use crate::images::Look;
use crate::links::{self, Fetcher, Picture, Summary, system_resolver};
use crate::metrics;
use crate::storage::{FoundPage, Links, NewPage};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use url::Url;

/// How long one link may take, its picture included.
const PATIENCE: Duration = Duration::from_secs(10);
/// Links that are worked on at the same time; as many are spoken to.
const AT_ONCE: usize = 16;
/// Of these, links to one host.
const OF_ONE_HOST: usize = 4;
/// Links that are asked for at once: some may have to wait for others of their host.
const PORTION: u32 = 200;
/// How long what was found is good for other messages, and how long that nothing was.
const FRESH_FOR: Duration = Duration::from_secs(6 * 3600);
const EMPTY_FOR: Duration = Duration::from_secs(10 * 60);
/// After that a link is not looked up any more.
const GIVE_UP_AFTER: Duration = Duration::from_secs(3600);
/// Links of one person that may wait.
const MOST_WAITING: i64 = 300;
/// How often it is looked whether some were given up, without being told of new ones.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// The pause after a fault.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The links of a text that may be looked up. Those that lead to this server are not among them.
pub fn links(app: &App, content: &str) -> Links {
    let mut found = links::links(content, MAX_PREVIEWS);
    if let Some(own) = &app.config.public_url {
        found.retain(|url| !own.contains(url));
    }
    Links { urls: found.into_iter().map(String::from).collect(), wanted: app.config.link_previews }
}

/// Takes the preview of a link off a message, or puts it back.
///
/// # Errors
/// `NotFound` for a link that the message does not have; `Forbidden` for who neither wrote it nor governs the room.
pub async fn show(app: &App, actor: &Actor, command: ShowPreview) -> Result<RevAck> {
    app.limits.send(actor)?;
    let ShowPreview { message_id, url, on } = command;
    let rev = app.storage.show_preview(actor.user, message_id, url, on).await?;
    app.links_noted.notify_one();
    Ok(RevAck { rev })
}

/// Forgets what is stale and not shown any more. True when more may be left.
pub async fn sweep(app: &App) -> Result<bool> {
    app.storage.sweep_link_pages(clock::now()).await
}

/// What links are looked up with; None where they are not.
///
/// # Errors
/// In words for the operator: a file of root certificates that cannot be used.
pub fn fetcher(config: &Config) -> Result<Option<Arc<Fetcher>>> {
    if !config.link_previews {
        return Ok(None);
    }
    let words = |problem: String| Error::Unavailable(format!("link_preview_ca_file: {problem}"));
    let roots = links::trusted_roots(config.link_preview_ca_file.as_deref()).map_err(words)?;
    let fetcher = Fetcher::new(config.link_preview_allow.clone(), roots, system_resolver(), PATIENCE);
    Ok(Some(Arc::new(fetcher.map_err(Error::internal)?)))
}

/// Looks up the links of messages. Runs until the server stops; what was not finished then is found in the tables when it
/// starts again.
pub async fn watch(app: Arc<App>, fetcher: Arc<Fetcher>) {
    let mut work = Work::default();
    loop {
        let begun = if app.leads() { begin(&app, &fetcher, &mut work).await } else { Ok(()) };
        let wait = match begun {
            Ok(()) => LOOK_EVERY,
            Err(error) => {
                tracing::warn!(%error, "links could not be looked up; it is tried again");
                RETRY_AFTER
            }
        };
        tokio::select! {
            () = app.links_noted.notified() => {}
            Some(ended) = work.tasks.join_next_with_id() => work.end(ended.map_or_else(|error| error.id(), |(id, ())| id)),
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// What is being looked up.
#[derive(Default)]
struct Work {
    tasks: JoinSet<()>,
    under_way: HashMap<tokio::task::Id, Url>,
}

impl Work {
    fn takes(&self, url: &Url) -> bool {
        let of_its_host = self.under_way.values().filter(|other| other.host() == url.host()).count();
        self.under_way.len() < AT_ONCE && of_its_host < OF_ONE_HOST
    }

    fn end(&mut self, task: tokio::task::Id) {
        self.under_way.remove(&task);
    }
}

/// Begins with as many links as there is room for.
async fn begin(app: &Arc<App>, fetcher: &Arc<Fetcher>, work: &mut Work) -> Result<()> {
    app.storage.give_up_links(clock::now() - GIVE_UP_AFTER, MOST_WAITING).await?;
    if work.under_way.len() >= AT_ONCE {
        return Ok(());
    }
    let under_way: Vec<&str> = work.under_way.values().map(Url::as_str).collect();
    for url in app.storage.pending_links(&under_way, PORTION).await? {
        let Ok(url) = Url::parse(&url) else { continue };
        if work.takes(&url) {
            let task = look_up(app.clone(), fetcher.clone(), url.clone());
            let id = work.tasks.spawn(task).id();
            work.under_way.insert(id, url);
        }
    }
    Ok(())
}

async fn look_up(app: Arc<App>, fetcher: Arc<Fetcher>, url: Url) {
    if let Err(error) = settle(&app, &fetcher, url).await {
        metrics::PREVIEWS.failed.add(1);
        tracing::warn!(%error, "what came of a link could not be kept");
        // It is still to be looked up, and would be at once.
        tokio::time::sleep(RETRY_AFTER).await;
    }
}

async fn settle(app: &App, fetcher: &Fetcher, url: Url) -> Result<()> {
    let now = clock::now();
    if let Some(page) = app.storage.fresh_page(url.as_str(), now).await? {
        app.storage.settle_link(url.into(), FoundPage::Known(page)).await?;
        metrics::PREVIEWS.known.add(1);
        return Ok(());
    }
    let counted = match fetcher.look_up(&url).await {
        Ok(summary) => {
            keep(app, url, summary, now).await?;
            &metrics::PREVIEWS.found
        }
        Err(fault) => {
            // Without the address, which may be a secret of the room.
            tracing::debug!(%fault, "nothing came of a link");
            note(app, url, NewPage::empty(now + EMPTY_FOR)).await?;
            &metrics::PREVIEWS.nothing
        }
    };
    counted.add(1);
    Ok(())
}

async fn keep(app: &App, url: Url, summary: Summary, now: Timestamp) -> Result<()> {
    let Summary { title, description, site_name, picture } = summary;
    let page = NewPage { title, description, site_name, image: None, fresh_until: now + FRESH_FOR };
    if let Some(Picture { bytes, format }) = picture {
        let image = FileId::generate();
        let look = Look { format, alone: page.title.is_none() };
        let with_image = |content| {
            let page = NewPage { image: Some((image, content)), ..page.clone() };
            note(app, url.clone(), page)
        };
        match files::keep_picture(app, image, bytes, look, with_image).await {
            Ok(Some(())) => return Ok(()),
            Ok(None) => {}
            Err(error) => tracing::info!(%error, "the picture of a page could not be kept"),
        }
    }
    note(app, url, page).await
}

async fn note(app: &App, url: Url, page: NewPage) -> Result<()> {
    app.storage.settle_link(url.into(), FoundPage::New(Box::new(page))).await
}
