//! The keys of an issuer: as given, or in a file that may change.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;
use serde_json::Value;

use super::algorithm::Algorithm;
use super::key::Key;
use crate::error::{Error, ErrorKind, Result};
use crate::json::RawJson;

/// Longer sets are refused.
pub(super) const MAX_SET_BYTES: usize = 1 << 20;
/// No issuer has more keys.
const MAX_KEYS: usize = 1_000;

/// Keys that are there at once.
#[derive(Clone, Default)]
pub(super) struct KeySet(Arc<[Key]>);

impl KeySet {
    pub(super) fn one(key: Key) -> Self {
        Self(Arc::new([key]))
    }

    /// Reads a key set. What in it is of no use here is passed over.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > MAX_SET_BYTES {
            return Err("the key set is too long");
        }
        let set = RawJson::parse(text).and_then(|text| text.to_value());
        let set = set.map_err(|_| "the key set is not JSON that all readers agree on")?;
        let keys = set.get("keys").and_then(Value::as_array).ok_or("the key set has no list of keys")?;
        if keys.len() > MAX_KEYS {
            return Err("the key set has too many keys");
        }
        let keys: Arc<[Key]> = keys.iter().filter_map(Key::of_set).collect();
        if keys.is_empty() {
            return Err("the key set has no key that verifies signatures");
        }
        Ok(Self(keys))
    }

    /// The key that signed, if it is there: the one that the token names, or the only one there is for its algorithm.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        let mut fits = self.0.iter().filter(|key| key.is_for(algorithm));
        match id {
            // A key without a name may have been given by the author, who has one.
            Some(id) => {
                let named = fits.clone().find(|key| key.id.as_deref() == Some(id));
                named.or_else(|| fits.next().filter(|key| self.0.len() == 1 && key.id.is_none()))
            }
            None => fits.next().filter(|_| fits.next().is_none()),
        }
    }
}

/// A file that is looked at again from time to time.
pub(super) struct KeyFile {
    path: PathBuf,
    keys: ArcSwap<KeySet>,
    looked: Mutex<(Instant, Option<SystemTime>)>,
}

/// How often a file is looked at.
const LOOK: Duration = Duration::from_secs(2);

impl KeyFile {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let changed = changed(path);
        let keys = read(path).map_err(|why| {
            let message = format!("authentication: the key file {}: {why}", path.display());
            Error::new(ErrorKind::Configuration, message)
        })?;
        let looked = Mutex::new((Instant::now(), changed));
        Ok(Self { path: path.to_owned(), keys: ArcSwap::from_pointee(keys), looked })
    }

    /// The keys as they are now. A file that cannot be read leaves them as they were.
    pub(super) fn keys(&self) -> Arc<KeySet> {
        if let Ok(mut looked) = self.looked.try_lock()
            && looked.0.elapsed() >= LOOK
        {
            looked.0 = Instant::now();
            let changed = changed(&self.path);
            if changed != looked.1 {
                looked.1 = changed;
                match read(&self.path) {
                    Ok(keys) => self.keys.store(Arc::new(keys)),
                    Err(why) => tracing::warn!("the key file {}: {why}", self.path.display()),
                }
            }
        }
        self.keys.load_full()
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

fn read(path: &Path) -> Result<KeySet, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    if text.contains("-----BEGIN ") {
        let key = Key::of_pem(&text).ok_or("it is no public key that verifies signatures")?;
        return Ok(KeySet::one(key));
    }
    KeySet::parse(&text).map_err(ToOwned::to_owned)
}
