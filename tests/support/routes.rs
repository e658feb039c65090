//! Every path that the server answers at, read from its source: a path that is added there is in every test that goes
//! through them all.

use std::collections::BTreeSet;
use std::path::Path;

/// What is mounted beside the API. The rest stands below `/api/v1`.
pub const BESIDE_THE_API: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Ways to mount something that would not be seen here, and how often each is used for the client and the API as a whole.
const UNSEEN: [(&str, usize); 5] =
    [(".nest(", 1), (".fallback_service(", 1), (".route_service(", 0), (".nest_service(", 0), (".merge(Router", 0)];

/// Every path as the source writes it: `/api/v1/rooms/{room}/members`.
pub fn mounted() -> BTreeSet<String> {
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http"));
    for (way, times) in UNSEEN {
        let found: usize = sources.iter().map(|source| source.matches(way).count()).sum();
        assert_eq!(found, times, "{way} mounts what tests do not see: use .route(\"/path\", …)");
    }
    let mut paths = BTreeSet::new();
    for route in sources.iter().flat_map(|source| source.split(".route(").skip(1)) {
        let path = route.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
        let path = path.unwrap_or_else(|| panic!("a path that is no literal is not seen by tests: {route:.40}"));
        let prefix = if BESIDE_THE_API.contains(&path) { "" } else { "/api/v1" };
        paths.insert(format!("{prefix}{path}"));
    }
    assert!(paths.len() > 40, "the reading is broken: {paths:?}");
    paths
}

/// The code of each file, without comments and tests.
fn sources(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path());
    let mut all = Vec::new();
    for path in entries {
        if path.is_dir() {
            all.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(&path).expect("text");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            all.push(code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n"));
        }
    }
    all
}
