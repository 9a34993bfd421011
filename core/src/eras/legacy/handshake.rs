//! `initialize`: the version is agreed on, and a session begins (VER-10 to VER-14, LIFE-*).

use crate::eras::items::{Object, write_implementation};
use crate::eras::params::Params;
use crate::eras::profile::Profile;
use crate::eras::voice::{Said, WireError, response};
use crate::json::{self, RawJson, one_line};
use crate::jsonrpc::{RequestId, error_code};
use crate::protocol_version::{Era, ProtocolVersion};
use crate::registry::Snapshot;

/// What a client says when it opens a session.
#[derive(Debug)]
pub(crate) struct Opening {
    /// What is agreed on.
    pub(crate) version: ProtocolVersion,
    pub(crate) client_info: Option<RawJson>,
    pub(crate) client_capabilities: Option<RawJson>,
}

/// Reads the params of `initialize`. `clientInfo` and `capabilities` may be missing: old clients forget them.
///
/// # Errors
/// -32602 when the version is missing or a member has the wrong type.
pub(crate) fn read(params: &Params<'_>) -> Result<Opening, WireError> {
    let wrong = |message: &'static str| WireError::new(error_code::INVALID_PARAMS, message, 200);
    let asked = params.protocol_version.ok_or_else(|| wrong("protocolVersion: is missing"))?;
    let asked = json::as_string(asked).ok_or_else(|| wrong("protocolVersion: must be a string"))?;
    let object = |text: Option<&str>, message| match text {
        None => Ok(None),
        Some(text) if json::is_object(text) => Ok(Some(RawJson::from_checked(text))),
        Some(_) => Err(wrong(message)),
    };
    Ok(Opening {
        version: agree(&asked),
        client_info: object(params.client_info, "clientInfo: must be an object")?,
        client_capabilities: object(params.capabilities, "capabilities: must be an object")?,
    })
}

/// The same version if it is one of this era, else the newest of this era: never an error, and never a modern one
/// (VER-10, VER-11, VER-12, VER-14).
fn agree(asked: &str) -> ProtocolVersion {
    match ProtocolVersion::from_text(asked) {
        Some(version) if version.era() == Era::Legacy => version,
        _ => ProtocolVersion::NEWEST_LEGACY,
    }
}

/// The response (LIFE-2). `changes` says whether this client can be told of changes at all.
pub(crate) fn answer(
    id: &RequestId,
    version: ProtocolVersion,
    profile: &Profile,
    snapshot: &Snapshot,
    changes: bool,
) -> Said {
    let mut result = String::with_capacity(512);
    let mut object = Object::begin(&mut result);
    object.string("protocolVersion", version.as_str());
    profile.write_capabilities(object.name("capabilities"), version, snapshot, changes);
    write_implementation(object.name("serverInfo"), &profile.implementation, version.features());
    object.optional_string(true, "instructions", profile.instructions.as_deref()).end();
    Said::new(one_line(response(id, &result)), 200)
}
