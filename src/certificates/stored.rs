//! The certificate that lies on the disk, looked at by whoever asks, without changing anything.

use super::folder::Folder;
use super::own::Own;
use super::pair::{Pair, Unusable};
use super::validity::Validity;
use crate::clock;
use crate::config::{Config, PublicUrl};
use crate::contract::CertificateState;
use crate::error::Result;

/// A certificate that can be used, or could.
pub struct Stored {
    pub validity: Validity,
    pub state: CertificateState,
    /// Names that people use, for which it does not hold.
    pub unnamed: Vec<String>,
}

/// What a server would be served with; none where none was fetched yet.
///
/// # Errors
/// In words for the operator: it is missing or cannot be used.
pub fn stored(config: &Config) -> Result<Option<Stored>> {
    let pair = match (&config.tls.certificate, &config.tls.key) {
        (Some(certificate), Some(key)) => Some(Own::new(certificate, key).look()?),
        _ => fetched(config)?,
    };
    Ok(pair.map(|pair| Stored {
        state: pair.validity.state(clock::now()),
        unnamed: names(config).into_iter().filter(|name| !pair.names(name)).collect(),
        validity: pair.validity,
    }))
}

fn fetched(config: &Config) -> Result<Option<Pair>> {
    let folder = Folder::of(&config.data_dir);
    let Some(pem) = folder.certificate()? else { return Ok(None) };
    let unusable = |problem: Unusable| folder.unusable(&problem);
    Pair::read(&pem, &pem).map(Some).map_err(unusable)
}

/// By which people come: every domain, and the host of the public address where that is reached by HTTPS.
pub(super) fn names(config: &Config) -> Vec<String> {
    let mut names: Vec<String> = config.domain.iter().map(ToString::to_string).collect();
    let public = config.public_url.as_ref().map(PublicUrl::origin).filter(|origin| origin.is_https());
    names.extend(public.map(|origin| origin.host().to_owned()).filter(|host| !names.contains(host)));
    names
}
