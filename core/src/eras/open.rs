//! What a message turns out to be: its era is decided here, once, and its own room decodes it.

use std::sync::{Arc, Mutex, OnceLock};

use http::HeaderMap;

use super::classify::{Clues, EdgeClue, MessageKind, MethodClue, Verdict, VersionHeader, classify};
use super::legacy::requests::Client;
use super::legacy::session::Session;
use super::legacy::session_store::SessionStore;
use super::meta::Meta;
use super::params::Params;
use super::sessions::{Connected, KeepWithSession};
use super::{Opened, Profile, Reuse, SessionOptions, Sessions, Side, WireError, legacy, modern};
use crate::jsonrpc::{Malformed, Message, Notification, Outline, Request, Response, error_code};
use crate::model::{Implementation, Principal};
use crate::protocol_version::ProtocolVersion;
use crate::registry::{Hears, Registry};

/// Both eras, serving side by side (VER-6).
#[derive(Debug)]
pub struct Eras {
    pub(super) profile: Arc<Profile>,
    pub(super) registry: Registry,
    pub(super) max_subscribed_resources: usize,
    pub(super) sessions: Arc<SessionStore>,
    pub(super) connected: Mutex<Connected>,
    /// Whether it is known later only what a caller may see.
    pub(super) veiled: bool,
    /// Makes what sessions hold for whoever hears of them.
    pub(super) kept_with_sessions: OnceLock<KeepWithSession>,
}

impl Eras {
    /// The eras of a server that is `profile` and offers what is in `registry`.
    #[must_use]
    pub fn new(
        profile: Profile,
        registry: Registry,
        sessions: SessionOptions,
        kept: Sessions,
        max_subscribed_resources: usize,
        veiled: bool,
    ) -> Self {
        Self {
            profile: Arc::new(profile),
            registry,
            sessions: Arc::new(SessionStore::new(sessions, kept)),
            connected: Mutex::default(),
            max_subscribed_resources,
            veiled,
            kept_with_sessions: OnceLock::new(),
        }
    }

    /// Who the server says it is.
    #[must_use]
    pub fn implementation(&self) -> &Implementation {
        &self.profile.implementation
    }

    /// Decides the era of a message and decodes it. `outline` is what its scan noted down, if it did.
    pub fn open(&self, message: &Message<'_>, outline: Option<&Outline<'_>>, side: Side<'_>) -> Opened {
        match message {
            Message::Request(request) => self.answer_request(request, outline, side, false),
            Message::Notification(notification) => self.open_notification(notification, side),
            Message::Response(response) => match side {
                Side::Duplex(duplex, _) => {
                    duplex.in_flight.to_client.accept(response);
                    Opened::Accepted
                }
                Side::Post { headers, principal, stateless, .. } => {
                    answered_unless(self.accept_response(response, headers, principal, stateless))
                }
            },
        }
    }

    /// What cannot be read and was not a request: if it was meant to answer one of ours, whoever waits for that learns of it.
    pub fn hear_malformed(&self, malformed: &Malformed, side: Side<'_>) {
        let Some(id) = malformed.id.as_ref().filter(|_| !malformed.answerable) else { return };
        match side {
            Side::Duplex(duplex, _) => duplex.in_flight.to_client.accept_malformed(id, &malformed.message),
            Side::Post { stateless: true, .. } => {}
            Side::Post { headers, principal, stateless: false, .. } => {
                if let Ok(session) = self.find_session(headers, principal) {
                    session.in_flight.to_client.accept_malformed(id, &malformed.message);
                }
            }
        }
    }

    /// A member of a batch, which is always of a session's version (BATCH-1): it opens no session (BATCH-2) and brings no
    /// envelope of its own.
    pub fn open_in_batch(&self, message: &Message<'_>, side: Side<'_>) -> Opened {
        match message {
            Message::Request(request) => self.answer_request(request, None, side, true),
            other => self.open(other, None, side),
        }
    }

    /// Whether a batch may come in here.
    ///
    /// # Errors
    /// -32600 where the version has none (BATCH-5), or what a single message would get for want of a session.
    pub fn accept_batch(&self, side: Side<'_>) -> Result<(), WireError> {
        let version = match side {
            Side::Duplex(duplex, _) => duplex.session().map(|session| session.version),
            Side::Post { headers, principal, stateless, .. } => match VersionHeader::read(headers) {
                VersionHeader::Other => None,
                header if stateless => Some(assumed(header)),
                _ => Some(self.find_session(headers, principal)?.version),
            },
        };
        match version {
            Some(version) if version.features().batches => Ok(()),
            _ => {
                Err(WireError::new(error_code::INVALID_REQUEST, "this protocol version has no batches", 400))
            }
        }
    }

    /// [`Eras::open_request`], with its error as an answer.
    fn answer_request(
        &self,
        request: &Request<'_>,
        outline: Option<&Outline<'_>>,
        side: Side<'_>,
        in_batch: bool,
    ) -> Opened {
        self.open_request(request, outline, side, in_batch)
            .unwrap_or_else(|error| Opened::Answered { said: error.say(Some(&request.id)), session_id: None })
    }

    fn open_request(
        &self,
        request: &Request<'_>,
        outline: Option<&Outline<'_>>,
        side: Side<'_>,
        in_batch: bool,
    ) -> Result<Opened, WireError> {
        let params = Params::read(request.params, outline);
        let meta = Meta::read(params.meta, outline);
        let Judged { verdict, made_for_session, session, edge } = judge(request, &meta, side);
        if let (Side::Post { headers, .. }, false) = (side, verdict == Verdict::Modern) {
            // The modern ladder has a rung of its own for it.
            check_repeated(headers)?;
        }
        match verdict {
            Verdict::Handshake | Verdict::Modern if in_batch => Err(WireError::new(
                error_code::INVALID_REQUEST,
                "this request cannot be part of a batch",
                200,
            )),
            Verdict::Handshake => self.open_session(request, &params, side),
            Verdict::Modern => match modern::requests::decode(self, request, &params, &meta, side)? {
                modern::requests::Decoded::Answered(said) => Ok(Opened::Answered { said, session_id: None }),
                modern::requests::Decoded::Task(request) => Ok(Opened::Task(request)),
                modern::requests::Decoded::Ask(mut asked) => {
                    if let Side::Duplex(duplex, _) = side {
                        asked.in_flight = Some((Arc::clone(&duplex.in_flight), Reuse::Refuse));
                    }
                    Ok(Opened::Ask(asked))
                }
            },
            Verdict::Legacy => {
                let session = self.session_of(session, side)?;
                let client = client(session.as_ref(), edge);
                legacy::requests::decode(self, request, &params, &meta, client, side)
            }
            Verdict::Unopened if made_for_session => Err(WireError::new(
                error_code::INVALID_REQUEST,
                "this connection begins with initialize: send that first",
                200,
            )),
            Verdict::Unopened | Verdict::Ignored => Err(modern::envelope::incomplete(&meta)),
        }
    }

    fn open_notification(&self, notification: &Notification<'_>, side: Side<'_>) -> Opened {
        let session = match side {
            Side::Duplex(duplex, _) => {
                // A cancellation is matched over both eras' requests at once.
                if notification.method == legacy::notifications::CANCELLED {
                    legacy::notifications::cancel(&duplex.in_flight, notification);
                }
                duplex.session()
            }
            Side::Post { headers, principal, stateless, .. } => {
                match self.accept_notification(notification, headers, principal, stateless) {
                    Ok(session) => session,
                    Err(error) => return Opened::Answered { said: error.say(None), session_id: None },
                }
            }
        };
        let Some(session) = session else { return Opened::Accepted };
        legacy::notifications::accept(&session, notification);
        let snapshot = self.registry.snapshot();
        let Some(handler) = snapshot.method(&notification.method) else { return Opened::Accepted };
        Opened::Told(Box::new(legacy::notifications::told(
            self,
            &session,
            notification,
            handler,
            side.principal(),
        )))
    }

    /// Takes back that a session follows a resource, which its request was decoded as: it is not there for whoever asked.
    #[cold]
    pub fn unfollow(&self, side: Side<'_>, uri: &str) {
        if let Some(session) = self.session_at(side) {
            session.watch.set_resource(uri, false);
        }
    }

    /// Has `hears` say which of the resources that a session follows it is told of.
    #[cold]
    pub fn tell_only(&self, side: Side<'_>, hears: Hears) {
        if let Some(session) = self.session_at(side) {
            session.watch.tell_only(hears);
        }
    }

    fn session_at(&self, side: Side<'_>) -> Option<Arc<Session>> {
        match side {
            Side::Duplex(duplex, _) => duplex.session(),
            Side::Post { headers, principal, .. } => self.find_session(headers, principal).ok(),
        }
    }

    /// The session a posted notification belongs to, if its era has sessions.
    fn accept_notification(
        &self,
        notification: &Notification<'_>,
        headers: &HeaderMap,
        principal: Option<&Principal>,
        stateless: bool,
    ) -> Result<Option<Arc<Session>>, WireError> {
        let params = Params::read(notification.params, None);
        let meta = Meta::read(params.meta, None);
        let clues = Clues {
            kind: MessageKind::Notification,
            method: MethodClue::Other,
            envelope: meta.protocol_version.is_some(),
            edge: EdgeClue::Http { version: VersionHeader::read(headers) },
        };
        if classify(clues) == Verdict::Modern {
            return modern::notifications::accept(headers, &notification.method, &meta).map(|()| None);
        }
        check_repeated(headers)?;
        if stateless { Ok(None) } else { self.find_session(headers, principal).map(Some) }
    }

    /// A response that was posted: to something we asked in its session, or to nothing (RPC-21).
    fn accept_response(
        &self,
        response: &Response<'_>,
        headers: &HeaderMap,
        principal: Option<&Principal>,
        stateless: bool,
    ) -> Result<(), WireError> {
        match VersionHeader::read(headers) {
            // HTTP-2: clients of this era never send one.
            VersionHeader::Other => {
                Err(WireError::new(error_code::INVALID_REQUEST, "responses are not taken here", 400))
            }
            _ if stateless => Ok(()),
            _ => {
                self.find_session(headers, principal)?.in_flight.to_client.accept(response);
                Ok(())
            }
        }
    }
}

/// What is known of a request before it is decoded.
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    /// Whether it came in on a connection that is for one session.
    pub(super) made_for_session: bool,
    /// The session of its connection.
    pub(super) session: Option<Arc<Session>>,
    pub(super) edge: EdgeClue,
}

/// Looks at a request once.
#[inline]
pub(super) fn judge(request: &Request<'_>, meta: &Meta<'_>, side: Side<'_>) -> Judged {
    let made_for_session = matches!(side, Side::Duplex(duplex, _) if duplex.session_id.is_some());
    let envelope = meta.protocol_version.is_some() && !made_for_session;
    let method = match &*request.method {
        "initialize" => MethodClue::Initialize,
        "ping" => MethodClue::Ping,
        _ => MethodClue::Other,
    };
    let session = match side {
        Side::Duplex(duplex, _) => duplex.session(),
        Side::Post { .. } => None,
    };
    let edge = match side {
        Side::Duplex(..) => EdgeClue::Duplex { session: session.is_some() },
        // An envelope decides whatever the header says, which is checked against it later on.
        Side::Post { .. } if envelope => EdgeClue::Http { version: VersionHeader::Other },
        Side::Post { headers, .. } => EdgeClue::Http { version: VersionHeader::read(headers) },
    };
    let verdict = classify(Clues { kind: MessageKind::Request, method, envelope, edge });
    Judged { verdict, made_for_session, session, edge }
}

/// Who a request of that era comes from.
#[inline]
pub(super) const fn client(session: Option<&Arc<Session>>, edge: EdgeClue) -> Client<'_> {
    match (session, edge) {
        (Some(session), _) => Client::Session(session),
        (None, EdgeClue::Http { version }) => Client::Stranger(assumed(version)),
        (None, EdgeClue::Duplex { .. }) => Client::Stranger(ProtocolVersion::ASSUMED),
    }
}

fn answered_unless(result: Result<(), WireError>) -> Opened {
    match result {
        Ok(()) => Opened::Accepted,
        Err(error) => Opened::Answered { said: error.say(None), session_id: None },
    }
}

/// The version of a request that has neither envelope nor session (ERA-2).
const fn assumed(header: VersionHeader) -> ProtocolVersion {
    match header {
        VersionHeader::Handshake(version) => version,
        VersionHeader::Absent | VersionHeader::Other => ProtocolVersion::ASSUMED,
    }
}

/// Refuses two copies of a header that mirrors a modern body, also where no body is held against it: whoever stands before
/// this server may have read the other one (HDR-12).
pub(super) fn check_repeated(headers: &HeaderMap) -> Result<(), WireError> {
    match modern::http_headers::repeated(headers) {
        None => Ok(()),
        Some(name) => {
            let message = format!("the header {name} is there twice");
            Err(WireError::new(error_code::INVALID_REQUEST, message, 400))
        }
    }
}
