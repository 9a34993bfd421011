//! `server/discover`: what `initialize` was for, without the handshake (DISC-1 to DISC-3).

use crate::eras::items::Object;
use crate::eras::modern::{envelope, results};
use crate::eras::profile::Profile;
use crate::eras::voice::{Said, response};
use crate::json::one_line;
use crate::jsonrpc::RequestId;
use crate::protocol_version::ProtocolVersion;
use crate::registry::Snapshot;

/// The response. No user code runs for it.
pub(crate) fn answer(id: &RequestId, profile: &Profile, snapshot: &Snapshot) -> Said {
    let mut result = String::with_capacity(512);
    let mut object = Object::begin(&mut result);
    object.raw("supportedVersions", &envelope::supported_versions());
    profile.write_capabilities(object.name("capabilities"), ProtocolVersion::NEWEST, snapshot, true);
    object.optional_string(true, "instructions", profile.instructions.as_deref());
    results::finish(&mut object, Some(profile.description_cache), None, profile);
    Said::new(one_line(response(id, &result)), 200)
}
