//! Notifications of the legacy era, in and out.

use crate::eras::events;
use crate::eras::in_flight::InFlight;
use crate::eras::items::Object;
use crate::eras::legacy::session::Session;
use crate::eras::params::Params;
use crate::jsonrpc::Notification;
use crate::model::Change;

/// The method of a cancellation, in both directions and eras.
pub(crate) const CANCELLED: &str = "notifications/cancelled";

/// Takes a notification that belongs to a session.
pub(crate) fn accept(session: &Session, notification: &Notification<'_>) {
    if notification.method == CANCELLED {
        cancel(&session.in_flight, notification);
    }
    // `initialized` and everything else show that the client is there. Their content is of no use here.
    session.open();
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
    let mut params = String::new();
    let mut object = Object::begin(&mut params);
    if let Change::Resource(uri) = change {
        object.string("uri", uri);
    }
    object.end();
    events::notification(events::change_method(change), &params)
}
