//! Requests to an object store, each repeated until it succeeds or the time is over.
//!
//! The crate below could repeat requests too, but not an answer that is cut off on its way; so all of it is done here.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{Attribute, Error, GetOptions, ObjectMeta, ObjectStore, PutMode, PutOptions, PutPayload, UpdateVersion};

use super::{Address, Kind, StorageError, open, tag};

/// The pause before the second attempt; each later one is twice as long, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A request that takes longer is given up, and made again.
const REQUEST: Duration = Duration::from_secs(30);

/// A connection to a store.
#[derive(Clone, Debug)]
pub struct Storage {
    store: Arc<dyn ObjectStore>,
    address: Address,
    /// So long a request is repeated.
    patience: Duration,
}

/// What a list says of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its entity tag, else something else that changes with it. Compared with what a put or a get told by [`is_same`](super::is_same).
    pub tag: String,
    /// Whether it is an entity tag.
    pub is_etag: bool,
    /// When it was put, in Unix seconds.
    pub modified: i64,
}

/// What an object is put with, beside its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// `Content-Type`
    pub media_type: String,
    /// `Content-Encoding`
    pub coding: Option<&'static str>,
    /// `Cache-Control`
    pub cache_control: String,
    /// Further ones of our own, such as the hash of the bytes; a store gives them back with the object.
    pub marks: Vec<(&'static str, String)>,
}

/// What must stand at an object's name for it to be put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    Anything,
    Nothing,
    /// The object with this tag.
    Tag(String),
}

/// What became of a put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// Done; with the tag where the store tells one.
    Done(Option<String>),
    /// Something else stands there than the condition says.
    Refused,
}

/// What is fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// It is as it was.
    Same,
    Nothing,
    Object {
        bytes: Vec<u8>,
        tag: Option<String>,
    },
}

impl Storage {
    /// Gets ready; the first request tells whether there is a store.
    ///
    /// # Errors
    /// Where the environment says what cannot be.
    pub fn new(address: &Address, patience: Duration) -> Result<Self, StorageError> {
        // Whoever is first installs it; all that use TLS here want the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let request = format!("{} seconds", REQUEST.min(patience).as_secs().max(1));
        let failed = |(why, help)| {
            let action = "get ready to work".to_owned();
            StorageError { address: address.to_string(), action, why, help, is_passing: false }
        };
        let store = open::open(address, &request).map_err(failed)?;
        Ok(Storage { store, address: address.clone(), patience })
    }

    /// The same connection, on which a request is repeated for so long.
    pub fn with_patience(&self, patience: Duration) -> Self {
        Storage { patience, ..self.clone() }
    }

    /// So far apart two puts of one object must be not to be put off: Google takes one a second.
    pub fn between_puts(&self) -> Duration {
        if self.address.kind == Kind::Google { Duration::from_secs(1) } else { Duration::ZERO }
    }

    /// Every object below the prefix, by name.
    pub async fn list(&self) -> Result<BTreeMap<String, Entry>, StorageError> {
        let prefix = (!self.address.prefix.is_empty()).then(|| Path::parse(&self.address.prefix)).transpose();
        let prefix = prefix.map_err(|error| self.failed("list what is".to_owned(), error.into()))?;
        let list = async || self.store.list(prefix.as_ref()).try_collect::<Vec<ObjectMeta>>().await;
        let all = self.patiently(list).await.map_err(|error| self.failed("list what is".to_owned(), error))?;
        Ok(all.into_iter().filter_map(|meta| Some((self.name(&meta.location)?, entry(meta)))).collect())
    }

    /// An object; with a tag only where it is another by now.
    pub async fn get(&self, name: &str, known: Option<&str>) -> Result<Fetched, StorageError> {
        let action = || format!("get `{name}`");
        let path = self.path(name).map_err(|error| self.failed(action(), error))?;
        let get = async || {
            let options = GetOptions { if_none_match: known.map(|tag| tag::parts(tag).0.to_owned()), ..GetOptions::default() };
            let got = self.store.get_opts(&path, options).await?;
            let tag = self.tag(got.meta.e_tag.clone(), got.meta.version.clone());
            Ok(Fetched::Object { tag, bytes: got.bytes().await?.to_vec() })
        };
        match self.patiently(get).await {
            Err(Error::NotFound { .. }) => Ok(Fetched::Nothing),
            Err(Error::NotModified { .. }) => Ok(Fetched::Same),
            got => got.map_err(|error| self.failed(action(), error)),
        }
    }

    /// Puts an object, whole or not at all.
    pub async fn put(&self, name: &str, bytes: Vec<u8>, attributes: &Attributes, condition: &Condition) -> Result<Put, StorageError> {
        let action = || format!("put `{name}`");
        let path = self.path(name).map_err(|error| self.failed(action(), error))?;
        let payload = PutPayload::from(bytes);
        let put = async || {
            let options = PutOptions { mode: self.mode(condition), attributes: attributes.made(), ..PutOptions::default() };
            self.store.put_opts(&path, payload.clone(), options).await
        };
        match self.patiently(put).await {
            Ok(done) => Ok(Put::Done(self.tag(done.e_tag, done.version))),
            Err(Error::Precondition { .. } | Error::AlreadyExists { .. }) => Ok(Put::Refused),
            Err(error) => Err(self.failed(action(), error)),
        }
    }

    /// Deletes objects, whether they are there or not.
    pub async fn delete(&self, names: &[String]) -> Result<(), StorageError> {
        let action = || format!("delete {}", if let [name] = names { format!("`{name}`") } else { format!("{} objects", names.len()) });
        let paths: Result<Vec<Path>, Error> = names.iter().map(|name| self.path(name)).collect();
        let paths = paths.map_err(|error| self.failed(action(), error))?;
        let delete = async || {
            let mut done = self.store.delete_stream(futures_util::stream::iter(paths.clone()).map(Ok).boxed());
            while let Some(one) = done.next().await {
                match one {
                    Ok(_) | Err(Error::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        };
        self.patiently(delete).await.map_err(|error| self.failed(action(), error))
    }

    /// As often as it takes, until the time is over.
    async fn patiently<T>(&self, ask: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
        let start = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            match ask().await {
                Err(error) if is_passing(&error) && start.elapsed() + pause < self.patience => {
                    tokio::time::sleep(pause / 2 + pause.mul_f64(chance() / 2.0)).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                done => return done,
            }
        }
    }

    /// What an answer calls what stands there.
    fn tag(&self, etag: Option<String>, generation: Option<String>) -> Option<String> {
        match (etag?, generation.filter(|_| self.address.kind == Kind::Google)) {
            (etag, Some(generation)) => Some(tag::with_generation(&etag, &generation)),
            (etag, None) => Some(etag),
        }
    }

    fn mode(&self, condition: &Condition) -> PutMode {
        match condition {
            Condition::Anything => PutMode::Overwrite,
            Condition::Nothing => PutMode::Create,
            Condition::Tag(tag) => match tag::parts(tag) {
                // No put can depend on an entity tag there.
                (_, None) if self.address.kind == Kind::Google => PutMode::Overwrite,
                (etag, generation) => {
                    PutMode::Update(UpdateVersion { e_tag: Some(etag.to_owned()), version: generation.map(str::to_owned) })
                }
            },
        }
    }

    fn path(&self, name: &str) -> Result<Path, Error> {
        let whole = if self.address.prefix.is_empty() { name.to_owned() } else { format!("{}/{name}", self.address.prefix) };
        Ok(Path::parse(whole)?)
    }

    /// Below the prefix.
    fn name(&self, path: &Path) -> Option<String> {
        match self.address.prefix.is_empty() {
            true => Some(path.to_string()),
            false => path.as_ref().strip_prefix(&self.address.prefix)?.strip_prefix('/').map(str::to_owned),
        }
    }

    fn failed(&self, action: String, error: Error) -> StorageError {
        let help = match (&error, status(&error)) {
            (Error::PermissionDenied { .. } | Error::Unauthenticated { .. }, _) | (_, Some(401 | 403)) => {
                "give the environment keys that may list, read, write and delete there; docs/object-storage.md lists the variables"
            }
            (Error::NotFound { .. }, _) | (_, Some(404)) => "make the bucket, or mend its name in `url`",
            _ => "nothing is lost, and what was published is whole: run again when the store answers",
        };
        StorageError { address: self.address.to_string(), action, why: told(&error), help, is_passing: is_passing(&error) }
    }
}

impl Attributes {
    fn made(&self) -> object_store::Attributes {
        let pairs = [(Attribute::ContentType, self.media_type.clone()), (Attribute::CacheControl, self.cache_control.clone())];
        let coding = self.coding.map(|coding| (Attribute::ContentEncoding, coding.to_owned()));
        let marks = self.marks.iter().map(|(name, value)| (Attribute::Metadata((*name).into()), value.clone()));
        pairs.into_iter().filter(|(_, value)| !value.is_empty()).chain(coding).chain(marks).collect()
    }
}

fn entry(meta: ObjectMeta) -> Entry {
    let modified = meta.last_modified.timestamp();
    let is_etag = meta.e_tag.is_some();
    Entry {
        tag: meta.e_tag.map(tag::quoted).unwrap_or_else(|| format!("{}-{}", meta.size, meta.last_modified.timestamp_millis())),
        is_etag,
        modified,
    }
}

/// Between 0 and 1, another each time: many that failed together must not come back together.
fn chance() -> f64 {
    (RandomState::new().hash_one(0_u8) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Whether it may go better next time.
fn is_passing(error: &Error) -> bool {
    match error {
        Error::Generic { .. } => status(error).is_none_or(|status| status >= 500 && status != 501 || matches!(status, 408 | 429)),
        _ => false,
    }
}

/// The status of the answer that an error tells of. The crate keeps it to itself, but for its text.
fn status(error: &Error) -> Option<u16> {
    let text = error.to_string();
    let (_, rest) = text.split_once("status code: ")?;
    rest.get(..3)?.parse().ok()
}

/// The cause in a line. Of what a store says of an error only its code: the rest may repeat the request, and with it a key's name.
pub(super) fn told(error: &Error) -> String {
    let text = error.to_string();
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| format!(" ({code})"));
    if let Some(status) = status(error) {
        return format!("it answered {status}{}", code.unwrap_or_default());
    }
    let mut cause: &(dyn std::error::Error + 'static) = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    // That may repeat what it read, and it read keys.
    if let Some(error) = cause.downcast_ref::<serde_json::Error>() {
        return format!("the JSON of its keys is not as it must be, at line {}, column {}", error.line(), error.column());
    }
    cause.to_string().lines().next().unwrap_or_default().chars().take(200).collect()
}
