//! Examples of the documentation, and the programs of others that they are for.

use std::process::Command;

use super::without_settings;

/// The first example in this language below a heading of a document.
pub fn example(document: &str, heading: &str, language: &str) -> String {
    let (_, section) = document.split_once(&format!("# {heading}\n")).expect("the heading");
    let (_, block) = section.split_once(&format!("```{language}\n")).expect("the documented example");
    block.split_once("```").expect("its end").0.to_owned()
}

/// The example with other places, all of which have to stand in it.
pub fn placed(example: String, places: &[(&str, String)]) -> String {
    places.iter().fold(example, |text, (documented, here)| {
        assert!(text.contains(documented), "{documented} is not in what is documented: {text}");
        text.replace(documented, here)
    })
}

/// A program of the system, those of administrators too.
pub fn installed(program: &str) -> Command {
    let folders = std::env::var_os("PATH").unwrap();
    let folders = std::env::split_paths(&folders).chain(["/usr/sbin".into()]);
    let mut found = folders.map(|folder| folder.join(program));
    let found = found.find(|path| path.is_file());
    let found =
        found.unwrap_or_else(|| panic!("{program} is not installed: `apt-get install {program}` (scripts/test)"));
    without_settings(found.to_str().unwrap())
}
