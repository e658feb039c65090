//! `maru import`.

use super::Output;
use super::operator::{Folder, perform, runtime};
use super::problem::Problem;
use clap::Args;
use maru::config::Config;
use maru::control::{Done, Request};
use maru::export::Plan;
use std::path::PathBuf;

#[derive(Args)]
pub struct Arguments {
    /// A folder that maru export made of everything. It is imported into --data-dir, which must be empty or not there.
    folder: PathBuf,
    /// Looks through the export, tells what would be done, and changes nothing.
    #[arg(long)]
    dry_run: bool,
}

pub fn run(config: Config, arguments: &Arguments) -> Result<Output, Problem> {
    let plan = Plan::make(&arguments.folder, &config.data_dir)?;
    let manifest = &plan.manifest;
    let told = format!(
        "export     {}\nmade       {} by Maru {}\nholds      people: {}, rooms: {}, messages: {}, files: {}\ngoes into  {}",
        plan.export.display(),
        manifest.created_at,
        manifest.version,
        manifest.lines("people"),
        manifest.lines("rooms"),
        manifest.lines("messages"),
        manifest.lines("files"),
        plan.target.display()
    );
    plan.verify()?;
    if arguments.dry_run {
        return Ok(Output::result(told).with_remark("the export is sound; nothing was changed"));
    }
    runtime()?.block_on(plan.carry_out())?;
    let done = perform(config, Request::LinkEverybody, Folder::MustExist, "maru import")?;
    let Done::Links(links) = done else { return Err(Problem::unexpected()) };
    let links: Vec<String> = links.iter().map(|(username, link)| format!("{username}  {link}")).collect();
    let remark = format!(
        "{told}\nimported; an export has no passwords: give everybody their link, with which they choose one within 24 hours\n\
         later ones are made by: maru user reset-password --username NAME"
    );
    Ok(Output::result(links.join("\n")).with_remark(remark))
}
