use super::*;
use crate::config::LogFormat;
use std::{num::NonZeroU32, time::Duration};

fn environment(variables: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    variables.iter().map(|(name, value)| (name.into(), value.into())).collect()
}

fn load(file: &str, variables: &[(&str, &str)], flags: Flags) -> Result<Effective, ConfigError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("maru.toml");
    std::fs::write(&path, file).expect("written");
    Config::load(&Flags { config: Some(path), ..flags }, environment(variables))
}

fn refusal(file: &str, variables: &[(&str, &str)]) -> String {
    load(file, variables, Flags::default()).expect_err(file).to_string()
}

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// The cells of each row of the tables of settings, up to the default.
fn documented() -> Vec<[&'static str; 3]> {
    let document = include_str!("../../../docs/operating.md");
    let rows = document.lines().filter_map(|line| {
        let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
        Some([cells.next()?, cells.next()?, cells.next()?])
    });
    rows.filter(|[_, variables, _]| variables.starts_with("`MARU_")).collect()
}

/// What stands in backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn the_keys_variables_and_defaults_are_the_documented_ones() {
    let config = Config::load(&Flags::default(), environment(&[("HOME", "/root")])).expect("valid").config;
    assert_eq!(config, Config::default());
    let documented = documented();
    assert!(documented.len() > 40, "the tables were not found: {documented:?}");
    for [key, ..] in &documented {
        assert!(keys().any(|known| quoted(key) == [known.name]), "{key} is no setting");
    }
    let mut config = config;
    for key in keys() {
        let row = documented.iter().find(|[name, ..]| quoted(name) == [key.name]);
        let [_, variables, default] = row.unwrap_or_else(|| panic!("{} is not in docs/operating.md", key.name));
        assert_eq!(quoted(variables)[0], variable(key.name), "{}", key.name);
        let written = (key.field)(&mut config).written().and_then(|value| as_text(&value, true)).unwrap_or_default();
        assert_eq!(quoted(default).join(" "), written, "the default of {}", key.name);
    }
}

#[test]
fn each_layer_overrides_the_one_below_it() {
    let file = "listen = '127.0.0.1:1'\ndata_dir = '/file'\nlog_format = 'json'\n[limits]\nsends_burst = 7";
    let variables = [("MARU_LISTEN", "127.0.0.1:2"), ("MARU_DATA_DIR", "/environment"), ("MARU_LOG_LEVEL", "")];
    let flags = Flags { listen: Some("127.0.0.1:3".into()), ..Flags::default() };
    let effective = load(file, &variables, flags).expect("valid");
    let config = &effective.config;
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.data_dir, PathBuf::from("/environment"));
    assert_eq!(config.log_format, LogFormat::Json);
    assert_eq!(config.limits.sends_burst.get(), 7);
    let sources: Vec<_> = keys().zip(&effective.sources).filter(|(_, source)| **source != Source::Default).collect();
    let named: Vec<_> = sources.iter().map(|(key, source)| (key.name, source.to_string())).collect();
    assert_eq!(named[0], ("listen", "flag --listen".to_owned()));
    assert_eq!(named[1], ("data_dir", "environment variable MARU_DATA_DIR".to_owned()));
    assert!(named[2].0 == "log_format" && named[2].1.ends_with("maru.toml"));
    assert_eq!(named.len(), 4);
}

#[test]
fn every_setting_can_be_set_from_file_and_environment_alike() {
    for key in keys() {
        let mut config = Config::default();
        let field = (key.field)(&mut config);
        let value = match field.written() {
            Some(toml::Value::Integer(_)) => toml::Value::from(5),
            Some(toml::Value::Array(_)) if key.name == "trusted_origins" => {
                toml::Value::Array(vec!["https://a.example".into(), "http://b.example:81".into()])
            }
            Some(toml::Value::Array(_)) if key.name == "domain" => toml::Value::Array(vec!["chat.example".into()]),
            Some(toml::Value::Array(_)) => toml::Value::Array(vec!["10.0.0.0/8".into()]),
            Some(toml::Value::String(text)) if text == "off" && key.name.starts_with("files.") => "5GiB".into(),
            Some(toml::Value::String(text)) if text == "off" => "127.0.0.1:9".into(),
            Some(toml::Value::String(text)) if text == "unlimited" => toml::Value::from(5),
            None if key.name == "redis" => "redis://127.0.0.1:6379".into(),
            None if field.is_secret() => SECRET.into(),
            None => "https://chat.example".into(),
            Some(value) => value,
        };
        let text = as_text(&value, true).expect("text");
        let (section, name) = key.name.rsplit_once('.').map_or(("", key.name), |(section, name)| (section, name));
        let header = if section.is_empty() { String::new() } else { format!("[{section}]\n") };
        // What another one needs beside it.
        let beside = match key.name {
            "tls.certificate" => vec![("MARU_TLS_KEY", "/key.pem")],
            "tls.key" => vec![("MARU_TLS_CERTIFICATE", "/certificate.pem")],
            _ => vec![],
        };
        let from_file = load(&format!("{header}{name} = {value}"), &beside, Flags::default()).expect(key.name);
        let named = variable(key.name);
        let variables: Vec<_> = beside.iter().copied().chain([(named.as_str(), text.as_str())]).collect();
        let from_environment = load("", &variables, Flags::default()).expect(key.name);
        assert_eq!(from_file.config, from_environment.config, "{}", key.name);
        let position = find(|other| other.name == key.name).expect("found").0;
        assert!(matches!(from_file.sources[position], Source::File(_)));
        assert_eq!(from_environment.sources[position], Source::Environment(variable(key.name)));
    }
}

#[test]
fn a_bad_value_is_refused_with_key_value_source_and_what_is_allowed() {
    let refused = refusal("listen = 8080\n[limits]\nsends_burst = 0", &[("MARU_ACCESS_TOKEN_LIFETIME", "15 minutes")]);
    assert!(
        refused.contains(r#"listen: "8080" (from file "#) && refused.contains("an IP address and a port"),
        "{refused}"
    );
    assert!(refused.contains(r#"limits.sends_burst: "0""#) && refused.contains("from 1 to 1000000"), "{refused}");
    let token = r#"access_token_lifetime: "15 minutes" (from environment variable MARU_ACCESS_TOKEN_LIFETIME) is refused; allowed is a duration from 1s to 1d"#;
    assert!(refused.contains(token), "{refused}");
    for wrong in [
        "listen = ['0.0.0.0:1']",
        "listen = 1.5",
        "limits = 3",
        "registration = 'Open'",
        "connections_per_user = 0",
        "connections_per_user = -1",
        "data_dir = ''",
        "metrics_listen = 'on'",
        "metrics_listen = '0.0.0.0:8080'",
        "metrics_listen = '[::]:8080'",
        "metrics_listen = '127.0.0.1:8080'",
        "trusted_origins = ['*']",
        "trusted_origins = [['https://a.example']]",
        "public_url = 'chat.example.com'",
        "public_url = 'https://chat.example.com/api'",
        "access_token_lifetime = '2h'\nsession_lifetime = '1h'",
        "session_lifetime = '0d'",
        "domain = 'https://chat.example.com'",
        "domain = ['chat.example.com', '*.example.com']",
        "[tls]\ncertificate = '/certificate.pem'",
        "[tls]\nkey = '/key.pem'",
        "domain = 'chat.example.com'\nlisten = '0.0.0.0:80'",
        "domain = 'chat.example.com'\nlisten = '[::]:80'",
        "session_lifetime = '99999999999999999999d'",
    ] {
        refusal(wrong, &[]);
    }
}

#[test]
fn a_domain_moves_the_port_and_the_public_url_unless_they_are_set() {
    let flags = Flags { domain: vec!["Chat.example".into(), "old.example".into()], ..Flags::default() };
    let config = Config::load(&flags, []).expect("valid").config;
    assert_eq!(config.listen.to_string(), "0.0.0.0:443");
    assert_eq!(config.public_url.as_ref().map(PublicUrl::as_str), Some("https://chat.example"));
    assert_eq!(config.domain.len(), 2);
    let set = "listen = '127.0.0.1:8443'\npublic_url = 'https://team.example'\ndomain = 'chat.example'";
    let config = load(set, &[], Flags::default()).expect("valid").config;
    assert_eq!(config.listen.to_string(), "127.0.0.1:8443");
    assert_eq!(config.public_url.as_ref().map(PublicUrl::as_str), Some("https://team.example"));
    let own = load("[tls]\ncertificate = '/c'\nkey = '/k'", &[], Flags::default()).expect("valid").config;
    assert_eq!((own.listen.port(), own.public_url), (443, None));
}

#[test]
fn an_unknown_key_is_refused_without_its_value_wherever_it_stands() {
    let refused = refusal("listn = 'x1'\n[limits]\nsend_burst = 'x2'\n[other]\na = 'x3'", &[("MARU_SIGNIN_KEY", "x4")]);
    for named in ["listn", "limits.send_burst", "limits.sends_burst", "other", "MARU_SIGNIN_KEY", "MARU_SIGNING_KEY"] {
        assert!(refused.contains(named), "{named}: {refused}");
    }
    for hidden in ["x1", "x2", "x3", "x4"] {
        assert!(!refused.contains(hidden), "{hidden}: {refused}");
    }
    assert!(refusal("", &[("MARU_LIMITS_SEND", "1")]).contains("MARU_LIMITS_SENDS_BURST"));
    assert!(refusal("", &[("MARU_PORT", "8080")]).contains("MARU_LISTEN"));
}

#[test]
fn variables_that_orchestrators_set_for_a_service_called_maru_are_left_alone() {
    let links = [
        ("MARU_PORT", "tcp://10.0.0.1:8080"),
        ("MARU_SERVICE_HOST", "10.0.0.1"),
        ("MARU_SERVICE_PORT_HTTP", "8080"),
        ("MARU_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("MARU_REDIS_PORT_6379_TCP", "tcp://10.0.0.2:6379"),
    ];
    assert_eq!(load("", &links, Flags::default()).expect("valid").config, Config::default());
}

#[test]
fn a_secret_is_read_from_its_file_and_shown_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret").display().to_string();
    std::fs::write(&path, format!("{SECRET}\n")).expect("written");
    for effective in [
        load("", &[("MARU_SIGNING_KEY_FILE", &path)], Flags::default()).expect("valid"),
        load(&format!("signing_key_file = '{path}'"), &[], Flags::default()).expect("valid"),
        load(&format!("signing_key = '{SECRET}'"), &[], Flags::default()).expect("valid"),
    ] {
        assert_eq!(effective.config.signing_key.as_ref().map(|secret| secret.expose()), Some(SECRET));
        assert!(!format!("{effective:?}{}", effective.render()).contains(SECRET));
        assert!(effective.render().contains("# signing_key is hidden"));
    }
    assert!(refusal("", &[("MARU_SIGNING_KEY", SECRET), ("MARU_SIGNING_KEY_FILE", &path)]).contains("exclude"));
    let short = refusal("", &[("MARU_SIGNING_KEY", "hunter2")]);
    assert!(short.contains("at least 32") && !short.contains("hunter2"), "{short}");
    assert!(refusal("", &[("MARU_SIGNING_KEY_FILE", "/nowhere")]).contains("/nowhere"));
}

#[test]
fn a_bucket_needs_its_key_whose_secret_is_shown_nowhere() {
    let bucket = ("MARU_FILES_STORE", "s3://team-files/maru");
    let refused = refusal("", &[bucket, ("MARU_FILES_S3_ACCESS_KEY_ID", "key")]);
    assert!(refused.contains("files.s3_secret_access_key"), "{refused}");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret").display().to_string();
    std::fs::write(&path, "short-secret\n").expect("written");
    let file = format!(
        "[files]\nstore = 's3://team-files/maru'\ns3_access_key_id = 'key'\ns3_secret_access_key_file = '{path}'"
    );
    let variables =
        [bucket, ("MARU_FILES_S3_ACCESS_KEY_ID", "key"), ("MARU_FILES_S3_SECRET_ACCESS_KEY", "short-secret")];
    for effective in
        [load(&file, &[], Flags::default()).expect("valid"), load("", &variables, Flags::default()).expect("valid")]
    {
        let secret = effective.config.files.s3_secret_access_key.as_ref().map(|secret| secret.expose());
        assert_eq!(secret, Some("short-secret"));
        assert!(!format!("{effective:?}{}", effective.render()).contains("short-secret"));
    }
}

#[test]
fn a_file_that_is_absent_or_no_toml_is_refused_without_quoting_it() {
    let absent = Config::load(&Flags::default(), environment(&[(FILE_VARIABLE, "/nowhere.toml")]));
    assert!(absent.expect_err("absent").to_string().contains("/nowhere.toml"));
    let broken = refusal("listen = '0.0.0.0:1'\nsigning_key = \"hunter2hunter2\nx = 1", &[]);
    assert!(broken.contains("line 2") && !broken.contains("hunter2"), "{broken}");
}

#[test]
fn what_is_printed_is_valid_toml_that_gives_the_same_configuration() {
    let file = "connections_per_user = 1\ntrusted_origins = ['https://A.example:443']\nsession_lifetime = '36h'\n[limits]\nevents_burst = 9";
    let effective = load(file, &[("MARU_TRUSTED_PROXIES", "127.0.0.1, fd00::/8")], Flags::default()).expect("valid");
    let printed = effective.render();
    assert!(printed.contains(r#"trusted_origins = ["https://a.example"]"#), "{printed}");
    assert!(printed.contains("# environment variable MARU_TRUSTED_PROXIES"), "{printed}");
    assert!(printed.contains("# public_url is not set"), "{printed}");
    let again = load(&printed, &[], Flags::default()).expect("valid");
    assert_eq!(again.config, effective.config);
    assert_eq!(again.config.connections_per_user, NonZeroU32::new(1));
    assert_eq!(again.config.session_lifetime, Duration::from_secs(36 * 3_600));
}

#[test]
fn an_empty_domain_on_the_command_line_is_no_wish_for_http() {
    for domains in [vec![String::new()], vec!["chat.example".to_owned(), " ".to_owned()]] {
        let refused = Config::load(&Flags { domain: domains, ..Flags::default() }, []).expect_err("a refusal");
        assert!(refused.to_string().contains("--domain: an empty name is refused"), "{refused}");
    }
}

#[test]
fn browsers_are_told_to_stay_only_where_the_whole_host_is_ours() {
    let hsts = |variables: &[(&str, &str)]| {
        let variables = [&[("MARU_DOMAIN", "chat.example")], variables].concat();
        Config::load(&Flags::default(), environment(&variables)).expect("valid").config.tls.hsts
    };
    let days = |days: u64| Some(std::time::Duration::from_secs(days * 24 * 3600));
    assert_eq!(hsts(&[]), days(365));
    assert_eq!(hsts(&[("MARU_LISTEN", "0.0.0.0:8443")]), None);
    assert_eq!(hsts(&[("MARU_LISTEN", "0.0.0.0:8443"), ("MARU_TLS_HSTS", "7d")]), days(7));
    assert_eq!(hsts(&[("MARU_TLS_HSTS", "off")]), None);
    assert_eq!(hsts(&[("MARU_TLS_HSTS", "0s")]), days(0));
}

mod fuzz {
    use super::*;

    #[test]
    fn any_file_is_a_configuration_or_is_refused_in_words() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("maru.toml");
        let seeds: [&[u8]; 4] = [
            b"listen = \"127.0.0.1:8080\"\npublic_url = \"https://chat.example.com/chat\"\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n",
            b"domain = [\"chat.example.com\"]\n[limits]\nsends_burst = 5\nfailed_login_window = \"15m\"\n[files]\nlargest = \"4GiB\"\n",
            b"[files]\nstore = \"s3://bucket/prefix\"\ns3_endpoint = \"http://127.0.0.1:9000\"\n[backup]\nkeep = 3\nevery = \"12h\"\n",
            b"signing_key = \"0123456789abcdef0123456789abcdef\"\nlink_preview_allow = [\"10.1.2.3\", \"intra.example:443\"]\n[tls]\nhsts = \"0s\"",
        ];
        crate::fuzzing::fuzz("configurations", &seeds, |bytes| {
            std::fs::write(&file, bytes).expect("the folder can be written");
            let flags = Flags { config: Some(file.clone()), ..Flags::default() };
            match Config::load(&flags, std::iter::empty()) {
                Ok(effective) => assert!(effective.config.limits.sends_burst.get() > 0),
                Err(refusal) => assert!(!refusal.to_string().is_empty()),
            }
        });
    }
}
