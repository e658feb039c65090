//! `maru export`.

use super::Output;
use super::operator::{Folder, perform, runtime};
use super::problem::Problem;
use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;
use maru::archive::{self, Language, Of, Readers};
use maru::config::{Config, rounded};
use maru::control::{Done, Request};
use maru::data_dir;
use maru::export::{self, Leaving};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Arguments {
    /// The folder that is made; it must not be there yet.
    folder: PathBuf,
    /// Instead of everything, a room by its name or id, as pages for a browser.
    #[arg(long, value_name = "NAME", conflicts_with = "person")]
    room: Option<String>,
    /// Instead of everything, what somebody wrote, their files, direct rooms and account, as pages for a browser.
    #[arg(long, value_name = "USERNAME")]
    person: Option<String>,
    /// The language of the pages.
    #[arg(long, value_enum, default_value_t = PageLanguage::En)]
    language: PageLanguage,
    /// The time zone of the pages, such as Asia/Seoul; that of this machine by default.
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum PageLanguage {
    En,
    Ko,
}

pub fn run(config: &Config, arguments: Arguments) -> Result<Output, Problem> {
    if !data_dir::is_in_use(&config.data_dir) {
        let dir = config.data_dir.display();
        return Err(Problem(format!("there is no data of Maru in {dir}; name its folder with --data-dir")));
    }
    let readers = readers(&arguments)?;
    let folder = arguments.folder;
    // Looked at before it is noted that something leaves.
    if folder.symlink_metadata().is_ok() {
        let folder = folder.display();
        return Err(Problem(format!("{folder} is there already, and nothing is overwritten; name a new folder")));
    }
    match arguments.room.map(Of::Room).or(arguments.person.map(Of::Person)) {
        None => everything(config, &folder),
        Some(of) => pages(config, &of, readers, &folder),
    }
}

fn readers(arguments: &Arguments) -> Result<Readers, Problem> {
    let language = match arguments.language {
        PageLanguage::En => Language::English,
        PageLanguage::Ko => Language::Korean,
    };
    let zone = match &arguments.time_zone {
        None => TimeZone::system(),
        Some(name) => TimeZone::get(name).map_err(|_| Problem(format!("{name} is no time zone; Asia/Seoul is one")))?,
    };
    Ok(Readers { language, zone })
}

fn note(config: &Config, of: Leaving) -> Result<(), Problem> {
    match perform(config.clone(), Request::NoteExport { of }, Folder::MustExist, "maru export")? {
        Done::Noted => Ok(()),
        _ => Err(Problem::unexpected()),
    }
}

fn everything(config: &Config, folder: &Path) -> Result<Output, Problem> {
    note(config, Leaving::Everything)?;
    let manifest = runtime()?.block_on(export::run(config, folder))?;
    let remark = format!(
        "people: {}, rooms: {}, messages: {}, files: {} of {}",
        manifest.lines("people"),
        manifest.lines("rooms"),
        manifest.lines("messages"),
        manifest.lines("files"),
        rounded(manifest.files.bytes)
    );
    told(folder, remark, &manifest.missing)
}

fn pages(config: &Config, of: &Of, readers: Readers, folder: &Path) -> Result<Output, Problem> {
    let found = runtime()?.block_on(archive::find(config, of))?;
    note(config, found)?;
    let made = runtime()?.block_on(archive::run(config, of, readers, folder))?;
    let remark = format!("rooms: {}, messages: {}, files: {}", made.rooms, made.messages, rounded(made.bytes));
    let remark = format!("{remark}; open index.html in it with a browser");
    told(folder, remark, &made.missing)
}

/// What lacks something that the server had lost before was made, and does not pass for whole.
fn told(folder: &Path, remark: String, missing: &[String]) -> Result<Output, Problem> {
    let folder = folder.display();
    if missing.is_empty() {
        return Ok(Output::result(folder.to_string()).with_remark(remark));
    }
    let missing = missing.join(", ");
    Err(Problem(format!(
        "the export {folder} was made, and is not complete: the server does not have these files any more: {missing}\n{remark}"
    )))
}
