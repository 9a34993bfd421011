//! Notifications of the legacy era, in and out.

use std::sync::Arc;

use crate::eras::in_flight::InFlight;
use crate::eras::items::Object;
use crate::eras::legacy::session::Session;
use crate::eras::params::Params;
use crate::eras::{Eras, Told, events};
use crate::handler::{CallContext, Caller, Handler, Invocation, event_channel};
use crate::json::RawJson;
use crate::jsonrpc::Notification;
use crate::model::{Change, OperationKind, Principal, Saying};

/// The method of a cancellation, in both directions and eras.
pub(crate) const CANCELLED: &str = "notifications/cancelled";

/// Takes a notification that belongs to a session.
pub(crate) fn accept(session: &Session, notification: &Notification<'_>) {
    if notification.method == CANCELLED {
        cancel(&session.in_flight, notification);
    }
    // Whatever it is, `initialized` or not, it shows that the client is there.
    session.open();
}

/// What a handler of notifications is told. There is no request to speak on the stream of: what it says goes out with whatever
/// else is unsolicited.
pub(crate) fn told(
    eras: &Eras,
    session: &Session,
    notification: &Notification<'_>,
    handler: &Arc<dyn Handler>,
    principal: Option<&Principal>,
) -> Told {
    let params = Params::read(notification.params, None);
    let meta = params.meta.map(|text| params.keep(text));
    let caller = Caller { meta, principal: principal.cloned(), ..session.caller(&eras.profile) };
    let (sender, events) = event_channel(false, caller.log_threshold);
    let invocation = Invocation {
        kind: OperationKind::Custom,
        target: Arc::from(&*notification.method),
        arguments: notification.params.map_or_else(RawJson::empty_object, RawJson::from_checked),
        context: CallContext::new(Arc::new(caller), sender),
    };
    Told { handler: Arc::clone(handler), invocation, events, in_flight: Arc::clone(&session.in_flight) }
}

/// Cancels what the notification names. A malformed one, or one for a request that is not in flight, is ignored (CAN-4);
/// `initialize` is answered at once and so never in flight (LIFE-8).
pub(crate) fn cancel(in_flight: &InFlight, notification: &Notification<'_>) {
    if let Some(id) = Params::read(notification.params, None).cancelled_id() {
        in_flight.cancel(&id);
    }
}

/// The notification of a change, to a session.
pub(crate) fn change(change: &Change) -> String {
    if let Change::Said(said) = change {
        return match &said.what {
            Saying::Notification(said) => events::notification(&said.method, said.params.as_str()),
            Saying::Log(message) => events::log(message),
        };
    }
    let mut params = String::new();
    let mut object = Object::begin(&mut params);
    if let Change::Resource(uri) = change {
        object.string("uri", uri);
    }
    object.end();
    events::notification(events::change_method(change), &params)
}
