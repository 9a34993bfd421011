//! `resources/subscribe` and what a session is told without asking (RSRC-13, TOOL-12).

use crate::eras::legacy::session::Session;
use crate::eras::profile::Profile;
use crate::eras::voice::WireError;
use crate::jsonrpc::error_code;
use crate::model::{Operation, WatchFilter};

/// What every session hears of: changes of the lists, where the server declared that it tells of them.
pub(crate) fn filter(profile: &Profile) -> WatchFilter {
    let offered = &profile.capabilities;
    WatchFilter {
        tools: offered.tools && offered.list_changed,
        prompts: offered.prompts && offered.list_changed,
        resources: offered.resources && offered.list_changed,
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
