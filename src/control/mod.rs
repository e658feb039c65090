//! The control socket: how the command line asks the running server, as whoever owns the data folder.
//!
//! One line of JSON asks, one answers. The running server carries out what is asked, so that a session that ends is
//! ended on its sockets at once; without a server the same function works on the database itself.

mod carrying_out;
mod client;
mod request;
mod server;
mod terms;

pub use carrying_out::carry_out;
pub use client::{Asked, Told, ask, ask_all};
pub use request::{Company, Done, Login, Request, Status};
pub use server::listen;
pub use terms::Terms;

use crate::app::App;
use crate::config::Config;
use crate::error::Result;
use crate::ids::NodeId;
use crate::notice::Notice;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const SOCKET: &str = "control.sock";
/// What the sockets of the servers of a cluster begin and end with.
const OF_MANY: (&str, &str) = ("control-", ".sock");
/// The longest request, in bytes.
const REQUEST_BYTES: u64 = 64 * 1024;
/// The longest answer, in bytes: a page of accounts is the largest.
const ANSWER_BYTES: u64 = 1024 * 1024;
/// The most bytes of a path that fit into a socket's address everywhere.
const SHORT: usize = 100;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Answer {
    Done(Done),
    /// In words for the operator.
    Failed(String),
}

/// Where the socket of a data folder is. The address of a socket is short: that of a folder with a long path is
/// reached through the folder's handle.
struct Place {
    path: PathBuf,
    _folder: Option<File>,
}

impl Place {
    /// Of the only server.
    fn of(data_dir: &Path) -> io::Result<Self> {
        Self::named(data_dir, SOCKET)
    }

    /// Of one server of a cluster.
    fn of_node(data_dir: &Path, node: NodeId) -> io::Result<Self> {
        Self::named(data_dir, &format!("{}{node}{}", OF_MANY.0, OF_MANY.1))
    }

    /// Wherever a server may listen.
    fn all(data_dir: &Path) -> io::Result<Vec<Self>> {
        let mut places = vec![Self::of(data_dir)?];
        for entry in std::fs::read_dir(data_dir)? {
            let name = entry?.file_name();
            if let Some(name) = name.to_str().filter(|name| name.starts_with(OF_MANY.0) && name.ends_with(OF_MANY.1)) {
                places.push(Self::named(data_dir, name)?);
            }
        }
        Ok(places)
    }

    fn named(data_dir: &Path, name: &str) -> io::Result<Self> {
        let path = data_dir.join(name);
        if path.as_os_str().len() <= SHORT {
            return Ok(Self { path, _folder: None });
        }
        let folder = File::open(data_dir)?;
        let path = Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string()).join(name);
        Ok(Self { path, _folder: Some(folder) })
    }

    /// Takes the socket away. Consumes the whole, whose handle the path may lead through.
    fn remove(self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::debug!(%error, "the control socket could not be removed");
        }
    }
}

/// Carries out a request on the database itself. The caller holds the data folder.
///
/// # Errors
/// Those of opening the database and of the request.
pub async fn without_server(config: Config, request: Request) -> Result<Done> {
    let (app, mut outlets) = App::open(config).await?;
    let app = Arc::new(app);
    // Nobody is connected who could be told; but answers wait behind what is told.
    let told = tokio::spawn(async move {
        while let Some(committed) = outlets.committed.recv().await {
            for notice in committed.notices {
                if let Notice::Then(finish) | Notice::ThenEverywhere(finish) = notice {
                    finish();
                }
            }
        }
    });
    let done = match carry_out(app.clone(), request).await {
        // Nobody goes on with it when this process ends.
        Ok(Done::Reindexing { .. }) => app.storage.reindexed().await.map(Done::Search),
        Ok(Done::Erasing { username }) => erase_to_the_end(&app).await.map(|()| Done::Erasing { username }),
        done => done,
    };
    app.storage.close().await;
    told.await.map_err(crate::error::Error::internal)?;
    done
}

async fn erase_to_the_end(app: &App) -> Result<()> {
    while app.storage.erase_portion().await? {}
    Ok(())
}
