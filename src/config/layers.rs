//! Lays file, environment and flags over the defaults, and names everything that is wrong at once.

use super::address::collide;
use super::settings::{Config, Key, keys};
use super::store::Store;
use super::{PublicUrl, RedisUrl};
use std::{
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

const PREFIX: &str = "MARU_";
/// Names the file, and is no setting itself.
const FILE_VARIABLE: &str = "MARU_CONFIG";
/// Where systemd lays secrets out for the process, each in a file that is named after its setting.
const CREDENTIALS_VARIABLE: &str = "CREDENTIALS_DIRECTORY";

/// What the command line sets. Secrets are not among it: other users of the machine can read a command line.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The TOML file to read; before `MARU_CONFIG`. Without either none is read.
    pub config: Option<PathBuf>,
    pub listen: Option<String>,
    pub data_dir: Option<String>,
    pub domain: Vec<String>,
    /// Without a password.
    pub redis: Option<String>,
}

/// Which layer a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Default,
    File(PathBuf),
    /// The file that systemd laid out.
    Credential(PathBuf),
    /// The variable's name.
    Environment(String),
    /// The flag with its dashes.
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Credential(path) => write!(f, "credential {}", path.display()),
            Self::Environment(variable) => write!(f, "environment variable {variable}"),
            Self::Flag(flag) => write!(f, "flag {flag}"),
        }
    }
}

/// The checked configuration, and where each value came from.
#[derive(Debug)]
pub struct Effective {
    pub config: Config,
    /// In the order of the table of keys.
    pub(super) sources: Vec<Source>,
    problems: Vec<String>,
}

/// Everything that was refused, a line each; safe to print.
#[derive(Debug, thiserror::Error)]
#[error("the configuration is not valid:\n  {}", .0.join("\n  "))]
pub struct ConfigError(pub Vec<String>);

impl Config {
    /// Reads all layers. `environment` is what `std::env::vars_os` gives; an empty variable counts as not set.
    pub fn load(
        flags: &Flags,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Effective, ConfigError> {
        let mut effective =
            Effective { config: Self::default(), sources: vec![Source::Default; keys().count()], problems: Vec::new() };
        let environment: Vec<_> = environment.into_iter().collect();
        let credentials = environment.iter().find(|(name, _)| name == CREDENTIALS_VARIABLE);
        let credentials = credentials.map(|(_, folder)| PathBuf::from(folder));
        let variables = effective.variables(environment);
        let named_by_variable = variables.iter().find(|(name, _)| name == FILE_VARIABLE).map(|(_, path)| path.into());
        if let Some(path) = flags.config.clone().or(named_by_variable) {
            effective.take_file(&path);
        }
        if let Some(folder) = credentials {
            effective.take_credentials(&folder);
        }
        effective.take_environment(variables);
        // An empty variable of a shell: without a domain there would be no HTTPS, and nobody would have said so.
        if flags.domain.iter().any(|domain| domain.trim().is_empty()) {
            effective.problems.push("--domain: an empty name is refused; leave the flag out to serve HTTP".to_owned());
        }
        // Other users of the machine can read a command line.
        if flags.redis.as_deref().is_some_and(RedisUrl::shows_password) {
            let problem = "--redis: a password on the command line can be read by others; set MARU_REDIS, redis in the \
                           configuration file, or redis_file";
            effective.problems.push(problem.to_owned());
        }
        let domain = (!flags.domain.is_empty()).then(|| flags.domain.join(","));
        for (name, flag, value) in [
            ("listen", "--listen", &flags.listen),
            ("data_dir", "--data-dir", &flags.data_dir),
            ("domain", "--domain", &domain),
            ("redis", "--redis", &flags.redis),
        ] {
            if let (Some(value), Some((position, key))) = (value, find(|key| key.name == name)) {
                effective.take(position, key, value, Source::Flag(flag));
            }
        }
        effective.follow_from_https();
        effective.check_together();
        if effective.problems.is_empty() { Ok(effective) } else { Err(ConfigError(effective.problems)) }
    }
}

impl Effective {
    fn take(&mut self, position: usize, key: &Key, text: &str, source: Source) {
        let field = (key.field)(&mut self.config);
        if field.set(text, &key.within) {
            self.sources[position] = source;
            return;
        }
        let value = if field.is_secret() { "the value (hidden)".to_owned() } else { format!("{text:?}") };
        let allowed = field.allowed(&key.within);
        self.problems.push(format!("{}: {value} (from {source}) is refused; allowed is {allowed}", key.name));
    }

    /// For a secret that stands in a file of its own; one line break at its end is not part of it.
    fn take_secret_file(&mut self, position: usize, key: &Key, path: &str, source: Source) {
        match std::fs::read_to_string(path) {
            Ok(text) => self.take(position, key, text.trim_end_matches(['\r', '\n']), source),
            Err(error) => {
                self.problems.push(format!("{}_file: {path:?} (from {source}) cannot be read: {error}", key.name))
            }
        }
    }

    /// Others than ours may lie there, too.
    fn take_credentials(&mut self, folder: &Path) {
        let keys = keys().enumerate().filter(|(_, key)| (key.field)(&mut self.config).is_secret());
        for (position, key) in keys.collect::<Vec<_>>() {
            let path = folder.join(key.name);
            let is_there = match path.try_exists() {
                Ok(is_there) => is_there,
                Err(error) => {
                    let problem = format!("the credentials in {} cannot be read: {error}", folder.display());
                    return self.problems.push(problem);
                }
            };
            if let (true, Some(text)) = (is_there, path.to_str()) {
                self.take_secret_file(position, key, text, Source::Credential(path.clone()));
            }
        }
    }

    fn take_file(&mut self, path: &Path) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                return self
                    .problems
                    .push(format!("the configuration file {} cannot be read: {error}", path.display()));
            }
        };
        match text.parse::<toml::Table>() {
            Ok(table) => self.take_table("", &table, &Source::File(path.to_owned())),
            // Not the error's own text, which quotes the line: a secret may stand there.
            Err(error) => {
                let line = text[..error.span().map_or(0, |span| span.start)].matches('\n').count() + 1;
                let problem = error.message();
                self.problems.push(format!("the configuration file {}, line {line}: {problem}", path.display()));
            }
        }
    }

    fn take_table(&mut self, section: &str, table: &toml::Table, source: &Source) {
        for (name, value) in table {
            let name = format!("{section}{name}");
            let secret_file = name.strip_suffix("_file").and_then(|secret| self.secret(|key| key.name == secret));
            if let Some((position, key)) = find(|key| key.name == name) {
                match as_text(value, (key.field)(&mut self.config).is_list()) {
                    Some(text) => self.take(position, key, &text, source.clone()),
                    None => self.refuse_type(key, value, source),
                }
            } else if let (Some((position, key)), Some(path)) = (secret_file, value.as_str()) {
                if table.contains_key(key.name.strip_prefix(section).unwrap_or(key.name)) {
                    self.problems.push(format!("{0} and {0}_file (from {source}) exclude each other", key.name));
                }
                self.take_secret_file(position, key, path, source.clone());
            } else if let (Some(table), true) = (value.as_table(), keys().any(|key| begins(key.name, &name))) {
                self.take_table(&format!("{name}."), table, source);
            } else {
                self.refuse_unknown(&name, source, section, str::to_owned);
            }
        }
    }

    fn refuse_type(&mut self, key: &Key, value: &toml::Value, source: &Source) {
        let field = (key.field)(&mut self.config);
        let (found, allowed) = (value.type_str(), field.allowed(&key.within));
        self.problems
            .push(format!("{}: a value of type {found} (from {source}) is refused; allowed is {allowed}", key.name));
    }

    fn take_environment(&mut self, variables: Vec<(String, String)>) {
        for (name, value) in &variables {
            let source = Source::Environment(name.clone());
            let secret_file =
                name.strip_suffix("_FILE").and_then(|secret| self.secret(|key| variable(key.name) == secret));
            if let Some((position, key)) = find(|key| variable(key.name) == *name) {
                self.take(position, key, value, source);
            } else if let Some((position, key)) = secret_file {
                if variables.iter().any(|(other, _)| *other == variable(key.name)) {
                    self.problems.push(format!("{} and {name} exclude each other", variable(key.name)));
                }
                self.take_secret_file(position, key, value, source);
            } else if name != FILE_VARIABLE && !is_service_link(name, value) {
                let section =
                    keys().filter_map(|key| key.name.split_once('.')).map(|(section, _)| format!("{section}."));
                let section = section.into_iter().find(|section| name.starts_with(&variable(section)));
                self.refuse_unknown(name, &source, &section.unwrap_or_default(), variable);
            }
        }
    }

    /// Our variables that are not empty, in the order of their names, so that complaints are the same each time.
    fn variables(&mut self, environment: impl IntoIterator<Item = (OsString, OsString)>) -> Vec<(String, String)> {
        let mut variables = Vec::new();
        for (name, value) in environment {
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX) && !value.is_empty()) else {
                continue;
            };
            match value.into_string() {
                Ok(value) => variables.push((name.to_owned(), value)),
                Err(_) => self.problems.push(format!("{name}: the value of the environment variable is not UTF-8")),
            }
        }
        variables.sort();
        variables
    }

    /// The value is left out: a mistyped name may hide a secret.
    fn refuse_unknown(&mut self, name: &str, source: &Source, section: &str, spell: impl Fn(&str) -> String) {
        let siblings = keys().filter(|key| key.name.strip_prefix(section).is_some_and(|rest| !rest.contains('.')));
        let known = siblings.map(|key| spell(key.name)).collect::<Vec<_>>().join(", ");
        let origin = if matches!(source, Source::Environment(_)) { String::new() } else { format!(" (from {source})") };
        self.problems.push(format!("{name}{origin} is no setting; known here are {known}"));
    }

    fn secret(&mut self, wanted: impl Fn(&Key) -> bool) -> Option<(usize, &'static Key)> {
        find(wanted).filter(|(_, key)| (key.field)(&mut self.config).is_secret())
    }

    /// What is not set follows from what is.
    fn follow_from_https(&mut self) {
        let is_default = |name| find(|key| key.name == name).is_none_or(|(at, _)| self.sources[at] == Source::Default);
        if self.config.serves_https() && is_default("listen") {
            self.config.listen.set_port(443);
        }
        if self.config.listen.port() != 443 && self.config.serves_https() && is_default("tls.hsts") {
            // Other ports of the host may be somebody else's, who does not encrypt.
            self.config.tls.hsts = None;
        }
        if let (None, Some(first)) = (&self.config.public_url, self.config.domain.first()) {
            self.config.public_url = Some(PublicUrl::of_domain(first));
        }
    }

    fn check_together(&mut self) {
        let config = &self.config;
        if config.tls.certificate.is_some() != config.tls.key.is_some() {
            let problem = "tls.certificate and tls.key belong together: set both, or neither";
            self.problems.push(problem.to_owned());
        }
        if !config.acme.directory.is_https() {
            self.problems
                .push("acme.directory has to begin with https://: an authority is asked in no other way".to_owned());
        }
        if config.redis.is_some() && !config.domain.is_empty() {
            let problem = "redis and domain exclude each other: the servers of a cluster are behind a load balancer, which \
                           has the certificates";
            self.problems.push(problem.to_owned());
        }
        let metrics = config.metrics_listen;
        let is_taken = |at| collide(at, config.listen) || metrics.is_some_and(|metrics| collide(at, metrics));
        if config.redirect_listen().is_some_and(is_taken) {
            let problem = "tls.redirect_listen is the same as another address; it must be one of its own, or off";
            self.problems.push(problem.to_owned());
        }
        if config.access_token_lifetime > config.session_lifetime {
            self.problems.push("access_token_lifetime is longer than session_lifetime; it must not be".to_owned());
        }
        if metrics.is_some_and(|metrics| collide(metrics, config.listen)) {
            self.problems
                .push("metrics_listen is the same as listen; it must be an address of its own, or off".to_owned());
        }
        let files = &config.files;
        let keyed = files.s3_access_key_id.is_some() && files.s3_secret_access_key.is_some();
        if files.store != Store::Local && !keyed {
            let problem =
                "files.store names a bucket: files.s3_access_key_id and files.s3_secret_access_key are needed";
            self.problems.push(problem.to_owned());
        }
    }
}

fn find(wanted: impl Fn(&Key) -> bool) -> Option<(usize, &'static Key)> {
    keys().enumerate().find(|(_, key)| wanted(key))
}

fn begins(key: &str, section: &str) -> bool {
    key.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'))
}

/// `limits.sends_burst` is set by `MARU_LIMITS_SENDS_BURST`.
fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_ascii_uppercase())
}

/// TOML's own types, as they are written in the environment.
fn as_text(value: &toml::Value, list: bool) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(yes) => Some(yes.to_string()),
        toml::Value::Array(items) if list => {
            items.iter().map(|item| as_text(item, false)).collect::<Option<Vec<_>>>().map(|items| items.join(","))
        }
        toml::Value::Array(_) | toml::Value::Table(_) | toml::Value::Float(_) | toml::Value::Datetime(_) => None,
    }
}

/// Kubernetes and Docker set variables such as `MARU_PORT=tcp://10.0.0.1:8080` for a service called maru: not ours.
fn is_service_link(name: &str, value: &str) -> bool {
    let address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let is_port = |part: &str| part.split('_').next().is_some_and(|port| port.parse::<u16>().is_ok());
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || (name.ends_with("_PORT") && address)
        || name.split_once("_PORT_").is_some_and(|(_, rest)| is_port(rest))
}

#[cfg(test)]
mod tests;
