//! What the tests of the mailbox and of the driver share: something to ask, and a way to fetch it.

#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::panic,
    reason = "each test file uses its own part, and a helper of a test ends the test"
)]

use std::sync::Arc;

use oxmcp_core::handler::{CallContext, Caller, EventSender, Invocation, event_channel};
use oxmcp_core::json::RawJson;
use oxmcp_core::jsonrpc::RequestId;
use oxmcp_core::mailbox::{HostMessage, Mailbox, PendingCall};
use oxmcp_core::model::{LazyCallId, OperationKind};
use oxmcp_core::protocol_version::ProtocolVersion;

pub fn invocation(target: &str) -> Invocation {
    let (events, _) = event_channel(false, None);
    invocation_with(target, events)
}

/// A call that speaks through `events`.
pub fn invocation_with(target: &str, events: EventSender) -> Invocation {
    let caller = Caller {
        request_id: RequestId::Integer(1),
        protocol_version: ProtocolVersion::NEWEST,
        session_id: None,
        client_info: None,
        client_capabilities: None,
        meta: None,
        principal: None,
        headers: None,
        log_threshold: None,
        stream_can_close: false,
        progress_token: None,
        params: None,
        trace: None,
        call: LazyCallId::default(),
    };
    Invocation {
        kind: OperationKind::CallTool,
        target: target.into(),
        arguments: RawJson::empty_object(),
        context: CallContext::new(Arc::new(caller), events),
    }
}

pub fn take(mailbox: &Mailbox) -> Vec<HostMessage> {
    let mut messages = Vec::new();
    while mailbox.take(64, &mut messages) {}
    messages
}

pub fn start(message: HostMessage) -> PendingCall {
    match message {
        HostMessage::Start(call) => call,
        other => panic!("expected a call, got {other:?}"),
    }
}
