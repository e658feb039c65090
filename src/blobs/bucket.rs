//! A bucket that speaks Amazon S3's API: puts contents there, whole or in parts, and knows whether it can be used.

mod owner;
mod trouble;

use super::begun::{Begun, Left};
use super::{INCOMING, io_failure};
use crate::config::{Files, Store};
use crate::error::{Error, Result};
use crate::net;
use bytes::{BufMut, Bytes, BytesMut};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::{
    BackoffConfig, Certificate, ClientOptions, GetOptions, GetResult, ObjectStore, ObjectStoreExt, RetryConfig,
};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::sync::{Notify, Semaphore};
use trouble::{Trouble, is_refusal};

/// What is sent in one request; at least 5 MiB, which services ask for.
const PART_BYTES: u64 = 8 * 1024 * 1024;
/// Parts of one content that services allow.
const MOST_PARTS: u64 = 10_000;
/// Parts that are in memory, of all uploads together.
const PARTS_AT_ONCE: usize = 2;
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// For a part and its answer, and for each read.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// What passes by itself is tried again for so long.
const TRIES: usize = 3;
const TRY_FOR: Duration = Duration::from_secs(20);
/// How often a bucket that works is looked at, and one that does not.
const LOOK_EVERY: Duration = Duration::from_secs(300);
const LOOK_AGAIN: Duration = Duration::from_secs(3);
/// What a check writes, reads and removes.
const CHECK: &str = "maru-check";

/// What is known of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreState {
    /// It was not looked at yet.
    Unknown,
    Usable,
    /// Why it is not, as far as everybody may know; the log has the rest.
    Failing(&'static str),
}

pub(super) struct Bucket {
    store: PrefixStore<AmazonS3>,
    /// As the operator calls it.
    name: String,
    parts: Semaphore,
    /// The folder of files, which says whose the bucket has to be.
    folder: PathBuf,
    is_ours: AtomicBool,
    /// Where uploads in parts are noted, and those that came to nothing.
    notes: PathBuf,
    left: Left,
    state: Mutex<StoreState>,
    /// Something failed; it is worth a look.
    doubt: Notify,
}

impl Bucket {
    /// None when files are kept in the data folder. Nothing is sent yet. `folder` is that of files.
    ///
    /// # Errors
    /// In words for the operator.
    pub fn open(files: &Files, folder: &Path) -> Result<Option<Self>> {
        let Store::Bucket { bucket, prefix } = &files.store else { return Ok(None) };
        net::use_ring();
        let is_https = files.s3_endpoint.as_ref().is_none_or(|endpoint| endpoint.is_https());
        let client = ClientOptions::new()
            .with_allow_http(!is_https)
            .with_connect_timeout(CONNECT_WITHIN)
            .with_read_timeout(ANSWER_WITHIN)
            // A video may be watched for hours.
            .with_timeout_disabled();
        let client = trust(client).map_err(|error| Error::Unavailable(error.to_string()))?;
        let retry = RetryConfig { max_retries: TRIES, retry_timeout: TRY_FOR, backoff: BackoffConfig::default() };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_region(&files.s3_region)
            .with_access_key_id(files.s3_access_key_id.as_deref().unwrap_or_default())
            .with_secret_access_key(files.s3_secret_access_key.as_ref().map_or("", |secret| secret.expose()))
            .with_virtual_hosted_style_request(files.s3_endpoint_names_bucket)
            // Inside of TLS nothing can change a payload; hashing it once more would take time from everything else.
            .with_unsigned_payload(is_https)
            // Not every service has it.
            .with_disable_bulk_delete(true)
            .with_client_options(client)
            .with_retry(retry);
        if let Some(endpoint) = &files.s3_endpoint {
            builder = builder.with_endpoint(endpoint.as_str());
        }
        let name = files.store.to_string();
        let store = builder.build().map_err(|error| Error::Unavailable(format!("{name} cannot be used: {error}")))?;
        Ok(Some(Self {
            store: PrefixStore::new(store, prefix.as_str()),
            name,
            parts: Semaphore::new(PARTS_AT_ONCE),
            folder: folder.to_owned(),
            is_ours: AtomicBool::new(false),
            notes: folder.join(INCOMING),
            left: Left::default(),
            state: Mutex::new(StoreState::Unknown),
            doubt: Notify::new(),
        }))
    }

    /// Takes up what earlier processes noted of uploads in parts, before this one notes any.
    pub fn take_up(&self) -> Result<()> {
        self.left.read(&self.notes).map_err(io_failure)
    }

    pub fn state(&self) -> StoreState {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a file there; it is kept when this returns.
    ///
    /// # Errors
    /// `Unavailable` when the bucket does not take it.
    pub async fn put(&self, path: &Path, key: &Key) -> Result<()> {
        self.make_sure_it_is_ours().await?;
        let mut file = File::open(path).await.map_err(io_failure)?;
        let size = file.metadata().await.map_err(io_failure)?.len();
        let part_size = PART_BYTES.max(size.div_ceil(MOST_PARTS));
        if size <= part_size {
            let _turn = self.parts.acquire().await.map_err(Error::internal)?;
            let whole = read_part(&mut file, size).await?;
            self.store.put(key, whole.into()).await.map_err(|error| self.failure(&error))?;
            return Ok(());
        }
        let begun = self.begin(key).await?;
        let sent = async {
            let parts = self.put_parts(&mut file, size.div_ceil(part_size), part_size, &begun).await?;
            let completed = self.store.complete_multipart(&begun.key, &begun.upload, parts).await;
            completed.map_err(|error| self.failure(&error))
        };
        let sent = sent.await;
        if sent.is_ok() {
            begun.forget();
        } else {
            self.left.add(begun);
            self.doubt.notify_one();
        }
        sent.map(|_| ())
    }

    /// Begins an upload in parts, and notes it before there are any.
    async fn begin(&self, key: &Key) -> Result<Begun> {
        let upload = self.store.create_multipart(key).await.map_err(|error| self.failure(&error))?;
        let (notes, key) = (self.notes.clone(), key.clone());
        let note = move || Begun::note(&notes, key, upload);
        tokio::task::spawn_blocking(note).await.map_err(Error::internal)?.map_err(io_failure)
    }

    async fn put_parts(&self, file: &mut File, parts: u64, size: u64, begun: &Begun) -> Result<Vec<PartId>> {
        let mut put = Vec::new();
        for _ in 0..parts {
            let _turn = self.parts.acquire().await.map_err(Error::internal)?;
            let part = read_part(file, size).await?.into();
            let sent = self.store.put_part(&begun.key, &begun.upload, put.len(), part).await;
            put.push(sent.map_err(|error| self.failure(&error))?);
        }
        Ok(put)
    }

    /// Has the bucket, which can be used, drop the parts of uploads that came to nothing.
    async fn drop_parts(&self) {
        for begun in self.left.take() {
            match self.store.abort_multipart(&begun.key, &begun.upload).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => begun.forget(),
                Err(error) if is_refusal(&error) => {
                    let problem = "the key may not drop the parts of an upload that was cut off; they stay in the bucket \
                        unless a lifecycle rule for incomplete multipart uploads removes them";
                    tracing::warn!(bucket = self.name, "{problem}");
                    begun.forget();
                }
                Err(error) => {
                    tracing::debug!(%error, "the parts of an upload stay in the bucket for now");
                    self.left.add(begun);
                }
            }
        }
    }

    /// # Errors
    /// `NotFound` when there is no such content.
    pub async fn get(&self, key: &Key, options: GetOptions) -> Result<GetResult> {
        self.store.get_opts(key, options).await.map_err(|error| match error {
            object_store::Error::NotFound { .. } => Error::NotFound("the file"),
            error => self.failure(&error),
        })
    }

    /// What is gone already is no error.
    pub async fn delete(&self, key: &Key) -> Result<()> {
        self.make_sure_it_is_ours().await?;
        match self.store.delete(key).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failure(&error)),
        }
    }

    /// Looks after the bucket for ever, and says when it fails and when it works again.
    pub async fn watch(&self) {
        loop {
            let found = match self.own().await {
                Ok(()) => self.check().await.map_err(Trouble::from),
                Err(trouble) => Err(trouble),
            };
            let state = found.as_ref().map_or_else(|why| StoreState::Failing(why.reason()), |()| StoreState::Usable);
            let before = std::mem::replace(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner), state);
            match found {
                Err(error) if before != state => {
                    tracing::warn!(bucket = self.name, %error, "the bucket of files cannot be used; uploads are refused");
                }
                Ok(()) if before != state => tracing::info!(bucket = self.name, "the bucket of files can be used"),
                _ => {}
            }
            if state == StoreState::Usable {
                self.drop_parts().await;
            }
            let pause = if state == StoreState::Usable { LOOK_EVERY } else { LOOK_AGAIN };
            // What failed while it was failing is no news.
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.doubt.notified(), if state == StoreState::Usable => {}
            }
        }
    }

    /// Whether it is ours or nobody's, and can be written, read and cleared, in words for the operator. It is not taken.
    pub async fn try_out(&self) -> Result<()> {
        let told = |trouble: Trouble| match trouble {
            Trouble::Foreign => Error::Conflict(trouble.to_string()),
            other => Error::Unavailable(format!("{}: {other}", other.reason())),
        };
        let ours = owner::name_of(&self.folder).map_err(io_failure)?.map(Bytes::from);
        match self.marked().await.map_err(|error| told(error.into()))? {
            Some(found) if Some(&found) != ours.as_ref() => return Err(told(Trouble::Foreign)),
            _ => {}
        }
        self.check().await.map_err(|error| told(error.into()))
    }

    /// Whether it can be written, read and cleared.
    async fn check(&self) -> object_store::Result<()> {
        let key = Key::from(CHECK);
        self.store.put(&key, Bytes::from_static(CHECK.as_bytes()).into()).await?;
        self.store.get(&key).await?.bytes().await?;
        self.store.delete(&key).await
    }

    fn failure(&self, error: &dyn Display) -> Error {
        tracing::warn!(bucket = self.name, %error, "the bucket of files failed");
        self.doubt.notify_one();
        Error::Unavailable("files cannot be reached at the moment; try again later".to_owned())
    }
}

/// The roots of the public web, beside those of the system: a small container has none.
fn trust(client: ClientOptions) -> object_store::Result<ClientOptions> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().try_fold(client, |client, root| {
        let root = Certificate::from_der(root)?;
        Ok(client.with_root_certificate(root))
    })
}

/// The next part of a file, of at most `size` bytes.
async fn read_part(file: &mut File, size: u64) -> Result<Bytes> {
    let size = usize::try_from(size).map_err(Error::internal)?;
    let mut part = BytesMut::with_capacity(size);
    while part.len() < size {
        let room = size - part.len();
        if file.read_buf(&mut (&mut part).limit(room)).await.map_err(io_failure)? == 0 {
            break;
        }
    }
    Ok(part.freeze())
}
