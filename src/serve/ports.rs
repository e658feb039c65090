//! The ports of a server: opened before anything on disk is changed, and served once it is ready.

use crate::app::App;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::http;
use crate::systemd::GivenSockets;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Ports on which connections wait until they are served.
pub(super) struct Ports {
    /// That of HTTP or HTTPS.
    pub main: http::Listening,
    /// Whether the main one stays open without us.
    pub stays_open: bool,
    /// That of HTTP beside HTTPS.
    redirect: Option<http::Listening>,
    metrics: Option<http::Listening>,
}

impl Ports {
    /// Opens them, or takes them from whoever keeps them open.
    ///
    /// # Errors
    /// `Conflict` when ports are kept that the configuration does not have; `Unavailable` with advice when one cannot be
    /// opened.
    pub(super) async fn open(config: &Config, mut given: GivenSockets) -> Result<Self> {
        let all: Vec<SocketAddr> = config.public_ports().into_iter().chain(config.metrics_listen).collect();
        given.check(&all).map_err(|error| Error::Conflict(error.to_string()))?;
        let metrics = bind_if_set("metrics_listen", config.metrics_listen, &mut given).await?;
        let (main, stays_open) = bind("listen", config.listen, &mut given).await?;
        let redirect = bind_if_set("tls.redirect_listen", config.redirect_listen(), &mut given).await?;
        Ok(Self { main: main.below(config.path()), stays_open, redirect, metrics })
    }

    /// Serves those beside the main one, which is returned, until `closing`.
    ///
    /// # Errors
    /// What is wrong with the certificates.
    pub(super) fn serve_others(
        self,
        app: &Arc<App>,
        admission: &Arc<http::Admission>,
        closing: &CancellationToken,
    ) -> Result<http::Listening> {
        let serve = |listening: http::Listening, router| {
            tokio::spawn(listening.serve(router, admission.clone(), closing.clone(), closing.clone()));
        };
        if let Some(metrics) = self.metrics {
            tracing::info!(address = %metrics.address, "metrics are served");
            serve(metrics, http::metrics_router(app.clone()));
        }
        if let Some(redirect) = self.redirect {
            tracing::info!(address = %redirect.address, "redirecting to HTTPS");
            serve(redirect, http::redirect_router(app.clone()));
        }
        match &app.certificates {
            Some(certificates) => Ok(self.main.encrypted(certificates.encryption()?, app.config.tls.hsts)),
            None => Ok(self.main),
        }
    }
}

async fn bind_if_set(
    setting: &str,
    address: Option<SocketAddr>,
    given: &mut GivenSockets,
) -> Result<Option<http::Listening>> {
    match address {
        Some(address) => Ok(Some(bind(setting, address, given).await?.0)),
        None => Ok(None),
    }
}

/// Opens a port, or takes it from whoever keeps it open; then with true.
async fn bind(setting: &str, address: SocketAddr, given: &mut GivenSockets) -> Result<(http::Listening, bool)> {
    let bound = match given.take(address) {
        Some(socket) => http::take_over(socket).map(|listening| (listening, true)),
        None => http::listen(address).await.map(|listening| (listening, false)),
    };
    bound.map_err(|error| {
        let advice = match error.kind() {
            ErrorKind::PermissionDenied if address.port() == 80 => {
                "; ports below 1024 are for root unless the system allows them: `maru service install` sees to it, or \
                 `setcap cap_net_bind_service=+ep` on the program; without a redirect from HTTP, and without proofs by \
                 it, set tls.redirect_listen = \"off\""
            }
            ErrorKind::PermissionDenied if address.port() < 1024 => {
                "; ports below 1024 are for root unless the system allows them: `maru service install` sees to it, or \
                 `setcap cap_net_bind_service=+ep` on the program"
            }
            ErrorKind::AddrInUse if address.port() == 80 => {
                "; another web server runs here: stop it, or set tls.redirect_listen = \"off\""
            }
            ErrorKind::AddrInUse => {
                "; another program has it: stop that (maru doctor says which), or take another port"
            }
            ErrorKind::AddrNotAvailable => "; take an address that this machine has, or 0.0.0.0 for all of them",
            _ => "",
        };
        Error::Unavailable(format!("{setting}: {address} cannot be listened on: {error}{advice}"))
    })
}
