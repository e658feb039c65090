//! Who may read `/metrics` on the main port: nobody, unless the configuration says so.

use crate::config::Config;
use std::net::IpAddr;
use subtle::ConstantTimeEq;

/// Why somebody may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is as if there were nothing.
    Hidden,
    /// Another token, or one at all, is asked for.
    Token,
}

/// `client` is where the request comes from, if that is known for sure; `token` its bearer token. Where networks and a
/// token are set, both are asked for.
///
/// # Errors
/// `Hidden` for who asks from elsewhere, and for everybody when neither is set.
pub fn may_scrape(config: &Config, client: Option<IpAddr>, token: Option<&str>) -> Result<(), Refused> {
    let (networks, secret) = (&config.metrics_networks, &config.metrics_token);
    let is_near = || client.is_some_and(|client| networks.iter().any(|network| network.contains(client)));
    if (networks.is_empty() && secret.is_none()) || (!networks.is_empty() && !is_near()) {
        return Err(Refused::Hidden);
    }
    let Some(secret) = secret else { return Ok(()) };
    let given = token.unwrap_or_default().as_bytes();
    // Every secret is compared, and each that is as long to its end: how long it takes tells nothing but a length.
    let matches = secret.expose().split_whitespace().map(|known| known.as_bytes().ct_eq(given));
    let matches = matches.fold(subtle::Choice::from(0), |any, this| any | this);
    if bool::from(matches) { Ok(()) } else { Err(Refused::Token) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Flags};

    fn configured(variables: &[(&str, &str)]) -> Config {
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
        Config::load(&Flags::default(), variables).expect("a configuration").config
    }

    const NETWORKS: (&str, &str) = ("MARU_METRICS_NETWORKS", "10.0.0.0/8,::1");
    const FIRST: &str = "first-000000000000000000000000000000";
    const SECOND: &str = "second-00000000000000000000000000000";

    #[test]
    fn nobody_may_unless_the_configuration_says_so() {
        let config = Config::default();
        for client in [None, Some("127.0.0.1".parse().unwrap())] {
            assert_eq!(may_scrape(&config, client, Some("")), Err(Refused::Hidden));
        }
    }

    #[test]
    fn a_network_or_a_token_is_enough_and_with_both_both_are_needed() {
        let secrets = format!("{FIRST} {SECOND}");
        let token = ("MARU_METRICS_TOKEN", secrets.as_str());
        let near = Some("10.1.2.3".parse().unwrap());
        let far = Some("192.0.2.1".parse().unwrap());
        let by_network = configured(&[NETWORKS]);
        assert_eq!(may_scrape(&by_network, near, None), Ok(()));
        for client in [far, None] {
            assert_eq!(may_scrape(&by_network, client, Some(FIRST)), Err(Refused::Hidden));
        }
        let by_token = configured(&[token]);
        for given in [FIRST, SECOND] {
            assert_eq!(may_scrape(&by_token, far, Some(given)), Ok(()));
        }
        for given in [None, Some(""), Some(&FIRST[1..]), Some(secrets.as_str())] {
            assert_eq!(may_scrape(&by_token, near, given), Err(Refused::Token), "{given:?}");
        }
        let by_both = configured(&[NETWORKS, token]);
        assert_eq!(may_scrape(&by_both, near, Some(SECOND)), Ok(()));
        assert_eq!(may_scrape(&by_both, near, None), Err(Refused::Token));
        assert_eq!(may_scrape(&by_both, far, Some(SECOND)), Err(Refused::Hidden));
    }
}
