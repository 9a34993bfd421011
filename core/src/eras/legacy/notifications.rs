//! Notifications of the legacy era, in and out.

use std::sync::Arc;

use crate::eras::in_flight::InFlight;
use crate::eras::items::Object;
use crate::eras::legacy::session::Session;
use crate::eras::params::Params;
use crate::eras::{Eras, events};
use crate::handler::{CallContext, Caller, Invocation, Origin, event_channel};
use crate::json::RawJson;
use crate::jsonrpc::{Notification, RequestId};
use crate::model::{Change, OperationKind};

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

/// What a handler of notifications is told. There is no request to speak on the stream of, so nothing it emits is sent.
pub(crate) fn invocation(eras: &Eras, session: &Session, notification: &Notification<'_>) -> Invocation {
    let params = Params::read(notification.params, None);
    let (events, _) = event_channel(false, None);
    let caller = Caller {
        // Notifications have no id.
        request_id: RequestId::String("".into()),
        protocol_version: session.version,
        session_id: session.id.clone(),
        client_info: session.client_info.clone(),
        client_capabilities: session.client_capabilities.clone(),
        meta: params.meta.map(|text| params.keep(text)),
        headers: None,
        log_threshold: eras.profile.passes_messages_on().then_some(session.log_threshold()),
        wants_progress: false,
    };
    Invocation {
        kind: OperationKind::Custom,
        target: Arc::from(&*notification.method),
        arguments: notification.params.map_or_else(RawJson::empty_object, RawJson::from_checked),
        context: CallContext { caller: Arc::new(caller), events, deadline: None, origin: Origin::default() },
    }
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
    if let Change::Notification(said) = change {
        return events::notification(&said.method, said.params.as_str());
    }
    let mut params = String::new();
    let mut object = Object::begin(&mut params);
    if let Change::Resource(uri) = change {
        object.string("uri", uri);
    }
    object.end();
    events::notification(events::change_method(change), &params)
}
