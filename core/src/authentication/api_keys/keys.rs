//! The keys there are, found by their ids.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use http::HeaderName;

use super::file::ApiKeyFile;
use super::key::{self, ApiKeyRecord};
use crate::authentication::Denied;
use crate::error::{Error, ErrorKind, Result};
use crate::json::RawJson;
use crate::model::{AuthenticationMethod, Grants, Principal};

/// Which keys there are, and where they stand in a request.
#[derive(Debug, Clone)]
pub struct ApiKeyOptions {
    /// The file they are in; read again when it changes.
    pub file: Option<PathBuf>,
    /// Others, as they would stand there.
    pub keys: Vec<ApiKeyRecord>,
    /// The header that has them, beside `Authorization: Bearer`; empty for none.
    pub header: String,
}

impl Default for ApiKeyOptions {
    fn default() -> Self {
        Self { file: None, keys: Vec::new(), header: "X-API-Key".to_owned() }
    }
}

/// The keys of a server.
pub struct ApiKeys {
    pub(in crate::authentication) header: Option<HeaderName>,
    own: Vec<ApiKeyRecord>,
    file: Option<ApiKeyFile>,
    known: ArcSwap<HashMap<Box<str>, Known>>,
    looked: Mutex<(Instant, Option<SystemTime>)>,
}

struct Known {
    hash: [u8; 32],
    principal: Principal,
    expires_at: Option<SystemTime>,
}

/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Who vouches for the owners of keys: nobody else's users are the same, whatever they are called.
const ISSUER: &str = "oxmcp:api-key";

impl ApiKeys {
    /// # Errors
    /// [`ErrorKind::Configuration`] for keys that cannot be, [`ErrorKind::Io`] when the file cannot be read.
    pub fn new(options: &ApiKeyOptions) -> Result<Self> {
        let header = match options.header.as_str() {
            "" => None,
            name => Some(HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
                let message = format!("authentication.api_keys.header: {name:?} is no name of a header");
                Error::new(ErrorKind::Configuration, message)
            })?),
        };
        let file = options.file.clone().map(ApiKeyFile::at);
        let own = options.keys.clone();
        let changed = file.as_ref().and_then(changed);
        let known = ArcSwap::from_pointee(known(&own, file.as_ref())?);
        Ok(Self { header, own, file, known, looked: Mutex::new((Instant::now(), changed)) })
    }

    /// Whose key this is.
    pub(in crate::authentication) fn look(&self, text: &str) -> Result<Principal, Denied> {
        const UNKNOWN: Denied = Denied::invalid("the key is unknown, or was revoked");
        self.reload();
        let Some(id) = key::id_of(text) else {
            return Err(Denied::invalid("the key is malformed: a letter is missing or wrong"));
        };
        let known = self.known.load();
        let known = known.get(id);
        // Whether there is such an id takes as long to find out as whether the key is right.
        let hash = key::hash(id, text);
        let is_right = key::same(hash.as_ref(), known.map_or(&[0; 32], |known| &known.hash));
        let known = known.filter(|_| is_right).ok_or(UNKNOWN)?;
        if known.expires_at.is_some_and(|end| end <= SystemTime::now()) {
            return Err(Denied::invalid("the key has expired"));
        }
        Ok(known.principal.clone())
    }

    /// Reads the file again if it has changed. One that cannot be read leaves the keys as they were.
    fn reload(&self) {
        let Some(file) = &self.file else { return };
        let Ok(mut looked) = self.looked.try_lock() else { return };
        if looked.0.elapsed() < LOOK {
            return;
        }
        looked.0 = Instant::now();
        let changed = changed(file);
        if changed == looked.1 {
            return;
        }
        looked.1 = changed;
        match known(&self.own, Some(file)) {
            Ok(known) => self.known.store(Arc::new(known)),
            Err(error) => tracing::warn!("the keys stay as they were: {error}"),
        }
    }
}

fn changed(file: &ApiKeyFile) -> Option<SystemTime> {
    std::fs::metadata(file.path()).and_then(|metadata| metadata.modified()).ok()
}

fn known(own: &[ApiKeyRecord], file: Option<&ApiKeyFile>) -> Result<HashMap<Box<str>, Known>> {
    let filed = file.map(ApiKeyFile::read).transpose()?.unwrap_or_default();
    let mut known = HashMap::new();
    for record in own.iter().chain(&filed) {
        let wrong = |why: &str| {
            let message = format!("authentication.api_keys: the key {:?} {why}", record.id);
            Err(Error::new(ErrorKind::Configuration, message))
        };
        let Some(hash) = key::parse_hash(&record.hash) else {
            return wrong("has no hash of 64 hexadecimal digits");
        };
        let Some(principal) = Principal::from_parts(Some(&record.owner), None, Some(ISSUER)) else {
            return wrong("has no owner");
        };
        let expires_at = record.expires_at.map(|end| UNIX_EPOCH + Duration::from_secs(end.min(1 << 40)));
        let mut claims = String::from("{\"key_id\":");
        crate::json::write_string(&mut claims, &record.id);
        claims.push('}');
        let grants = Grants {
            scopes: record.scopes.clone(),
            roles: record.roles.clone(),
            claims: Some(RawJson::from_checked(claims)),
            method: AuthenticationMethod::ApiKey,
            expires_at,
            token: None,
        };
        let entry = Known { hash, principal: principal.granted(grants), expires_at };
        if known.insert(record.id.as_str().into(), entry).is_some() {
            return wrong("is there twice");
        }
    }
    Ok(known)
}
