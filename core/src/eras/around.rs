//! Messages that something stands around: who sent them and how to answer, before it is known whether they can be.

use std::sync::Arc;

use super::classify::{EdgeClue, Verdict};
use super::legacy::session::Session;
use super::meta::Meta;
use super::modern::envelope::Envelope;
use super::open::{Judged, check_repeated, client, judge};
use super::params::Params;
use super::{Asked, Eras, InFlight, Reuse, Side, Told, Voice, Whole, legacy, modern};
use crate::handler::{CallContext, Caller, Handler, Invocation, event_channel};
use crate::json::RawJson;
use crate::jsonrpc::{Notification, Outline, Request, RequestId};
use crate::model::{LazyCallId, Operation, OperationKind};
use crate::protocol_version::ProtocolVersion;

/// A request that something stands around.
pub struct Around {
    /// What it asks for.
    pub kind: OperationKind,
    /// The request as one to whatever stands around it.
    pub asked: Asked,
}

impl Eras {
    /// A request that `handler` stands around. `None` where the request is refused whoever stands around it: it belongs to no
    /// session, or says of itself what does not fit.
    #[must_use]
    pub fn around(
        &self,
        request: &Request<'_>,
        outline: Option<&Outline<'_>>,
        side: Side<'_>,
        in_batch: bool,
        handler: &Arc<dyn Handler>,
    ) -> Option<Around> {
        let params = Params::read(request.params, outline);
        let meta = Meta::read(params.meta, outline);
        let Judged { verdict, session, edge, .. } = judge(request, &meta, side);
        if let (Side::Post { headers, .. }, false) = (side, verdict == Verdict::Modern) {
            check_repeated(headers).ok()?;
        }
        match verdict {
            Verdict::Handshake if !in_batch => self.around_handshake(request, &params, &meta, side, handler),
            Verdict::Modern if !in_batch => self.around_modern(request, &params, &meta, side, handler),
            Verdict::Legacy => self.around_legacy(request, &params, &meta, side, session, edge, handler),
            Verdict::Handshake | Verdict::Modern | Verdict::Unopened | Verdict::Ignored => None,
        }
    }

    fn around_handshake(
        &self,
        request: &Request<'_>,
        params: &Params<'_>,
        meta: &Meta<'_>,
        side: Side<'_>,
        handler: &Arc<dyn Handler>,
    ) -> Option<Around> {
        let opening = legacy::handshake::read(params).ok()?;
        let caller = Caller {
            client_info: opening.client_info,
            client_capabilities: opening.client_capabilities,
            meta: meta.text.map(|text| params.keep(text)),
            principal: side.principal().cloned(),
            headers: side.headers().cloned(),
            ..stranger(request.id.clone(), opening.version)
        };
        let voice = Voice::new(Arc::new(caller), &self.profile, matches!(side, Side::Duplex(..)));
        // Nobody cancels it (LIFE-8).
        let asked = self.asked_around(request, handler, voice);
        Some(Around { kind: OperationKind::Custom, asked })
    }

    fn around_modern(
        &self,
        request: &Request<'_>,
        params: &Params<'_>,
        meta: &Meta<'_>,
        side: Side<'_>,
        handler: &Arc<dyn Handler>,
    ) -> Option<Around> {
        use modern::vocabulary::{Word, look_up};

        let envelope = Envelope::open(meta).ok()?;
        let in_flight = match side {
            Side::Duplex(duplex, _) => Some((Arc::clone(&duplex.in_flight), Reuse::Refuse)),
            Side::Post { .. } => None,
        };
        if let Some(headers) = side.headers() {
            modern::http_headers::check_request(headers, &envelope.version, &request.method, params).ok()?;
        }
        let version = envelope.served_version().ok()?;
        let kind = match look_up(&request.method) {
            Word::Operation(kind) => kind,
            Word::Discover | Word::Task(_) | Word::Gone | Word::Unknown => OperationKind::Custom,
        };
        let voice = modern::requests::voice(self, request, params, meta, side, &envelope, version, kind);
        let asked = Asked { in_flight, ..self.asked_around(request, handler, voice) };
        Some(Around { kind, asked })
    }

    #[expect(clippy::too_many_arguments, reason = "what a request consists of, taken apart once")]
    fn around_legacy(
        &self,
        request: &Request<'_>,
        params: &Params<'_>,
        meta: &Meta<'_>,
        side: Side<'_>,
        connected: Option<Arc<Session>>,
        edge: EdgeClue,
        handler: &Arc<dyn Handler>,
    ) -> Option<Around> {
        use legacy::vocabulary::{Word, look_up};

        let session = self.session_of(connected, side).ok()?;
        let kind = match look_up(&request.method) {
            Word::Operation(kind) => kind,
            Word::Task(_) | Word::Gone | Word::Unknown => OperationKind::Custom,
        };
        let client = client(session.as_ref(), edge);
        let voice = legacy::requests::voice(self, request, params, meta, client, side, kind);
        if let Some(session) = &session {
            session.open();
        }
        let asked = Asked {
            in_flight: session.as_ref().map(|session| legacy::requests::in_flight(session, side)),
            survives_disconnect: side.headers().is_some(),
            session: session.filter(|_| side.is_resumable()),
            ..self.asked_around(request, handler, voice)
        };
        Some(Around { kind, asked })
    }

    fn asked_around(&self, request: &Request<'_>, handler: &Arc<dyn Handler>, voice: Voice) -> Asked {
        Asked {
            operation: Operation::Ping,
            voice,
            snapshot: self.registry.snapshot(),
            whole: Some(Box::new(Whole {
                handler: Arc::clone(handler),
                method: Arc::from(&*request.method),
                params: request.params.map_or_else(RawJson::empty_object, RawJson::from_checked),
            })),
            in_flight: None,
            survives_disconnect: false,
            session: None,
            retry: None,
            mirrored_later: false,
            passed: 0,
        }
    }

    /// A notification that `handler` stands around; it was taken already.
    #[must_use]
    pub fn told_around(
        &self,
        notification: &Notification<'_>,
        side: Side<'_>,
        handler: &Arc<dyn Handler>,
    ) -> Told {
        let session = match side {
            Side::Duplex(duplex, _) => duplex.session(),
            Side::Post { .. } => self.session_of(None, side).ok().flatten(),
        };
        let headers = side.headers().cloned();
        if let Some(session) = session {
            let mut told =
                legacy::notifications::told(self, &session, notification, handler, side.principal());
            if let Some(caller) = Arc::get_mut(&mut told.invocation.context.caller) {
                caller.headers = headers;
            }
            return told;
        }
        let params = Params::read(notification.params, None);
        let meta = Meta::read(params.meta, None);
        let version = meta.protocol_version.and_then(crate::json::as_string);
        let version = version.and_then(|text| ProtocolVersion::from_text(&text));
        let kept = |text: Option<&str>| text.map(|text| params.keep(text));
        let caller = Caller {
            client_info: kept(meta.client_info),
            client_capabilities: kept(meta.client_capabilities),
            meta: kept(meta.text),
            principal: side.principal().cloned(),
            headers,
            ..stranger(RequestId::String("".into()), version.unwrap_or(ProtocolVersion::NEWEST))
        };
        let (sender, events) = event_channel(false, None);
        let invocation = Invocation {
            kind: OperationKind::Custom,
            target: Arc::from(&*notification.method),
            arguments: notification.params.map_or_else(RawJson::empty_object, RawJson::from_checked),
            context: CallContext::new(Arc::new(caller), sender),
        };
        let in_flight = match side {
            Side::Duplex(duplex, _) => Arc::clone(&duplex.in_flight),
            Side::Post { .. } => Arc::<InFlight>::default(),
        };
        Told { handler: Arc::clone(handler), invocation, events, in_flight }
    }
}

/// Who asks, where next to nothing is known.
fn stranger(request_id: RequestId, version: ProtocolVersion) -> Caller {
    Caller {
        request_id,
        protocol_version: version,
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
    }
}
