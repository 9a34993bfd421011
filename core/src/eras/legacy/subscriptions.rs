//! `resources/subscribe` and what a session is told without asking (RSRC-13, TOOL-12).

use crate::eras::legacy::session::Session;
use crate::eras::profile::Profile;
use crate::eras::voice::WireError;
use crate::jsonrpc::error_code;
use crate::model::{Operation, OperationKind, WatchFilter};
use crate::registry::Snapshot;

/// What a session hears of that begins now: changes of the lists it was told of, and told that they change (LIFE-6).
pub(crate) fn filter(profile: &Profile, snapshot: &Snapshot) -> WatchFilter {
    let told = |kind| profile.capabilities.list_changed && profile.offers(kind, snapshot);
    WatchFilter {
        tools: told(OperationKind::ListTools),
        prompts: told(OperationKind::ListPrompts),
        resources: told(OperationKind::ListResources),
        resource_uris: Vec::new(),
    }
}

/// Does what the operation asks of the session itself. Other operations ask nothing of it.
///
/// # Errors
/// -32602 when the session follows too many resources already (SUB-11).
pub(crate) fn apply(session: &Session, operation: &Operation) -> Result<(), WireError> {
    match operation {
        Operation::Subscribe { uri } if !session.watch.set_resource(uri, true) => Err(WireError::new(
            error_code::INVALID_PARAMS,
            "uri: too long, or too many resources are subscribed to already",
            200,
        )),
        Operation::Unsubscribe { uri } => {
            session.watch.set_resource(uri, false);
            Ok(())
        }
        Operation::SetLogLevel { level } => {
            session.set_log_threshold(*level);
            Ok(())
        }
        _ => Ok(()),
    }
}
