//! Extensions of the protocol that come with what is registered: clients are told of them beside those its author declared (EXT-2).

use std::sync::Arc;

use super::shelf::Effect;
use super::validation::{self, invalid};
use super::{Registry, Snapshot};
use crate::error::Result;
use crate::json::RawJson;
use crate::protocol_version::ProtocolVersion;

/// An extension that a server has.
#[derive(Debug, Clone)]
pub struct Extension {
    /// Its settings, a JSON object; `{}` for none.
    pub settings: RawJson,
    /// The oldest version it is defined for.
    pub since: ProtocolVersion,
}

impl Registry {
    /// Says that the server has an extension, from now on or with other settings than before. Where its author declared the same
    /// one, what he said is told.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidDescriptor`](crate::error::ErrorKind::InvalidDescriptor) when the identifier has no prefix (EXT-1) or
    /// the settings are no object.
    pub fn declare_extension(&self, identifier: &str, extension: Extension) -> Result<()> {
        let item = format!("the extension {identifier:?}");
        validation::key("the identifier of an extension", identifier)?;
        if !is_identifier(identifier) {
            return Err(invalid(format!("{item} needs an identifier like \"com.example/name\"")));
        }
        validation::object(&item, "the settings", Some(&extension.settings))?;
        self.edit(None, |draft| {
            Arc::make_mut(&mut draft.extensions).insert(identifier.into(), extension);
            ((), Effect::Hidden)
        });
        Ok(())
    }

    /// Says that the server has an extension because of what is registered, unless that was said before.
    pub(super) fn note_extension(&self, identifier: &str, extension: Extension) {
        self.edit(None, |draft| {
            if draft.extensions.contains_key(identifier) {
                return ((), Effect::Nothing);
            }
            Arc::make_mut(&mut draft.extensions).insert(identifier.into(), extension);
            ((), Effect::Hidden)
        });
    }

    /// Says that the server has an extension no longer. Returns whether it had it.
    pub fn withdraw_extension(&self, identifier: &str) -> bool {
        self.edit(None, |draft| {
            let had = Arc::make_mut(&mut draft.extensions).remove(identifier).is_some();
            (had, if had { Effect::Hidden } else { Effect::Nothing })
        })
    }
}

impl Snapshot {
    /// The extensions that are defined for this version, by identifier, with their settings.
    pub fn extensions(&self, version: ProtocolVersion) -> impl Iterator<Item = (&str, &RawJson)> {
        let known = self.extensions.iter().filter(move |(_, extension)| extension.since <= version);
        known.map(|(identifier, extension)| (&**identifier, &extension.settings))
    }
}

/// Whether it is `prefix/name`: labels with dots between them, and a name (EXT-1).
fn is_identifier(text: &str) -> bool {
    let Some((prefix, name)) = text.split_once('/') else { return false };
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let label = |label: &str| {
        label.bytes().all(inner)
            && label.starts_with(|first: char| first.is_ascii_alphabetic())
            && !label.ends_with('-')
    };
    prefix.split('.').all(label)
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.ends_with(|last: char| last.is_ascii_alphanumeric())
        && name.bytes().all(|byte| inner(byte) || byte == b'_' || byte == b'.')
}
