//! `maru config`.

use super::Output;
use maru::config::Effective;

pub fn run(effective: &Effective) -> Output {
    Output::result(effective.render().trim_end())
}
