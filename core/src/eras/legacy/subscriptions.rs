//! `resources/subscribe` and what a session is told without asking (RSRC-13, TOOL-12).

use crate::eras::legacy::session::Session;
use crate::eras::profile::Profile;
use crate::eras::voice::WireError;
use crate::jsonrpc::error_code;
use crate::model::{Offer, Operation, SaidFilter, WatchFilter};
use crate::registry::Snapshot;

/// What every session hears of: what extensions say, log messages where it is told of them (LOG-1), and changes of the lists,
/// where the server tells of them. Also of lists that are not offered yet: their first item is such a change, and clients that
/// heed it find what was registered since they came.
pub(crate) fn filter(profile: &Profile, snapshot: &Snapshot) -> WatchFilter {
    let offered = &profile.capabilities;
    let told = |offer: Offer| offer != Offer::Never && offered.list_changed;
    WatchFilter {
        tools: told(offered.tools),
        prompts: told(offered.prompts),
        resources: told(offered.resources),
        resource_uris: Vec::new(),
        task_ids: Vec::new(),
        said: if profile.tells_of_logging(snapshot) {
            SaidFilter::Everything
        } else {
            SaidFilter::Notifications
        },
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
