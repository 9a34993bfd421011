//! Sessions of clients that begin with a handshake: how they begin, are found and end.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, MutexGuard, PoisonError, Weak};

use http::HeaderMap;

use super::classify::VersionHeader;
use super::errors::OVERLOADED;
use super::legacy::session::{Kept, Session};
use super::legacy::session_store::{SessionListener, SessionStore};
use super::open::check_repeated;
use super::params::Params;
use super::{
    Eras, Held, InFlight, Opened, PROTOCOL_VERSION_HEADER, SESSION_ID_HEADER, SessionOptions, Side,
    WireError, legacy,
};
use crate::handler::Caller;
use crate::jsonrpc::{Request, error_code};
use crate::model::Principal;
use crate::protocol_version::ProtocolVersion;

/// Makes what a session that begins holds for somebody.
pub(crate) struct KeepWithSession(pub(crate) Box<dyn Fn() -> Kept + Send + Sync>);

impl fmt::Debug for KeepWithSession {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeepWithSession")
    }
}

/// The sessions of duplex connections, which nobody finds by an id.
#[derive(Debug, Default)]
pub(super) struct Connected {
    sessions: Vec<Weak<Session>>,
    /// With how many it is looked which are gone: twice as many as were there when that was done, so that it costs each as much however
    /// many there are.
    enough: usize,
}

impl Connected {
    fn add(&mut self, session: &Arc<Session>) {
        if self.sessions.len() >= self.enough {
            self.sessions.retain(|session| session.strong_count() > 0);
            self.enough = 2 * self.sessions.len() + 16;
        }
        self.sessions.push(Arc::downgrade(session));
    }
}

impl Eras {
    /// The stream of what a session is owed outside of any request (LHTTP-8).
    ///
    /// # Errors
    /// See [`Eras::end_session`].
    pub fn open_session_stream(
        &self,
        headers: &HeaderMap,
        principal: Option<&Principal>,
    ) -> Result<Held, WireError> {
        has_sessions(headers)?;
        let session = self.find_session(headers, principal)?;
        session.open();
        Ok(session.hold())
    }

    /// The client of the session with this id; without an id the one client at a duplex connection. `None` where there is no such
    /// client, or more than one.
    pub fn client(&self, session_id: Option<&str>) -> Option<(Caller, Arc<InFlight>)> {
        let session = match session_id.and_then(|id| self.sessions.find(id)) {
            Some(session) => session,
            None => {
                let connected = self.connected();
                let mut sessions = connected.sessions.iter().filter_map(Weak::upgrade).filter(|session| {
                    !session.has_ended() && (session_id.is_none() || session.id.as_deref() == session_id)
                });
                let session = sessions.next()?;
                if sessions.next().is_some() {
                    return None;
                }
                session
            }
        };
        Some((session.caller(&self.profile), Arc::clone(&session.in_flight)))
    }

    fn connected(&self) -> MutexGuard<'_, Connected> {
        // A list of references is whole after every statement above.
        self.connected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends a session (SESS-7).
    ///
    /// # Errors
    /// HTTP status 400 without a session id (SESS-4), 404 for an unknown one (SESS-5) and for another's (SESS-10), 405 when the
    /// version header names a version without sessions (HTTP-11).
    pub fn end_session(&self, headers: &HeaderMap, principal: Option<&Principal>) -> Result<(), WireError> {
        has_sessions(headers)?;
        let session = self.find_session(headers, principal)?;
        let is_ended = session.id.as_ref().is_some_and(|id| self.sessions.end(id));
        if is_ended { Ok(()) } else { Err(unknown_session()) }
    }

    /// Takes back the session that a handshake began whose answer became a refusal: that of the connection, or the one with this
    /// id.
    pub fn take_back_session(&self, side: Side<'_>, id: Option<&str>) {
        match side {
            Side::Duplex(duplex, _) => duplex.take_back(),
            Side::Post { .. } => {
                if let Some(id) = id {
                    self.sessions.end(id);
                }
            }
        }
    }

    /// Has each session that begins from now on hold what `keep` returns, for as long as it exists.
    pub fn on_session_begin(&self, keep: impl Fn() -> Box<dyn Any + Send + Sync> + Send + Sync + 'static) {
        // Once, when the engine is made.
        let _ = self.kept_with_sessions.set(KeepWithSession(Box::new(keep)));
    }

    /// Tells `listener` the id of each session over HTTP that ends from now on.
    pub fn on_session_end(&self, listener: SessionListener) {
        self.sessions.listen(listener);
    }

    /// Closes the streams on which the client of this session hears what belongs to no request; it comes back. Returns whether
    /// it does.
    pub fn close_session_streams(&self, id: &str) -> bool {
        let session = self.sessions.find(id).filter(|session| session.primes_streams());
        session.inspect(|session| session.close_streams()).is_some()
    }

    /// How sessions over HTTP live.
    #[must_use]
    pub fn session_options(&self) -> SessionOptions {
        self.sessions.options()
    }

    /// Says how sessions over HTTP live from now on.
    pub fn set_session_options(&self, options: SessionOptions) {
        self.sessions.set_options(options);
    }

    /// Whether one more session may begin now, over whatever there is on HTTP. Counts it if so.
    pub fn admit_session(&self) -> bool {
        self.sessions.admit()
    }

    /// Tells whoever listens that the session of a connection is over.
    pub fn tell_session_end(&self, id: &str) {
        self.sessions.tell(id);
    }

    /// A handshake (VER-7). A refused one leaves nothing behind (SESS-14).
    pub(super) fn open_session(
        &self,
        request: &Request<'_>,
        params: &Params<'_>,
        side: Side<'_>,
    ) -> Result<Opened, WireError> {
        let second =
            || WireError::new(error_code::INVALID_REQUEST, "this session was initialized already", 200);
        if let Side::Post { headers, principal, stateless: false, .. } = side {
            // SESS-11, after the usual look whether there is such a session.
            if session_id(headers)?.is_some() {
                return Err(self.find_session(headers, principal).err().unwrap_or_else(second));
            }
        }
        let opening = legacy::handshake::read(params)?;
        let version = opening.version;
        let (id, in_flight) = match side {
            Side::Duplex(duplex, _) => (duplex.session_id.clone(), Arc::clone(&duplex.in_flight)),
            Side::Post { stateless: true, .. } => {
                let said = legacy::handshake::answer(
                    &request.id,
                    version,
                    &self.profile,
                    &self.registry.snapshot(),
                    false,
                );
                return Ok(Opened::Answered { said, session_id: None });
            }
            Side::Post { .. } => {
                if !self.sessions.admit() {
                    return Err(WireError::new(
                        OVERLOADED,
                        "too many sessions begin at once; try again in a moment",
                        503,
                    ));
                }
                let internal = || WireError::new(error_code::INTERNAL_ERROR, "internal error", 200);
                (Some(SessionStore::new_id().ok_or_else(internal)?), Arc::default())
            }
        };
        let watch =
            self.registry.watch(legacy::subscriptions::filter(&self.profile, &self.registry.snapshot()));
        let session = Session::new(
            id.clone(),
            version,
            side.principal().cloned(),
            opening.client_info,
            opening.client_capabilities,
            in_flight,
            watch,
        );
        let kept = self.kept_with_sessions.get().map(|KeepWithSession(keep)| keep());
        let session = Arc::new(session.holding(kept));
        match side {
            Side::Duplex(duplex, _) if !duplex.begin(&session) => return Err(second()),
            Side::Duplex(..) => {
                self.connected().add(&session);
            }
            Side::Post { .. } => self.sessions.add(&session),
        }
        let said =
            legacy::handshake::answer(&request.id, version, &self.profile, &self.registry.snapshot(), true);
        let told = id.filter(|_| matches!(side, Side::Post { .. }));
        Ok(Opened::Answered { said, session_id: told })
    }

    /// The session that a request of that era belongs to.
    #[inline]
    pub(super) fn session_of(
        &self,
        connected: Option<Arc<Session>>,
        side: Side<'_>,
    ) -> Result<Option<Arc<Session>>, WireError> {
        Ok(match side {
            Side::Duplex(..) => connected,
            Side::Post { stateless: true, .. } => None,
            Side::Post { headers, principal, stateless: false, .. } => {
                Some(self.find_session(headers, principal)?)
            }
        })
    }

    pub(super) fn find_session(
        &self,
        headers: &HeaderMap,
        principal: Option<&Principal>,
    ) -> Result<Arc<Session>, WireError> {
        let id = session_id(headers)?.ok_or_else(no_session_id)?;
        self.sessions.find_of(id, principal).ok_or_else(unknown_session)
    }
}

/// The session the headers name.
fn session_id(headers: &HeaderMap) -> Result<Option<&str>, WireError> {
    let mut values = headers.get_all(&SESSION_ID_HEADER).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        // Bytes that are no text are nobody's id.
        (Some(value), None) => value.to_str().map(|id| Some(id.trim())).map_err(|_| unknown_session()),
        (Some(_), Some(_)) => {
            Err(WireError::new(error_code::INVALID_REQUEST, "the header Mcp-Session-Id is there twice", 400))
        }
    }
}

/// Streams and ends of sessions are for those who have sessions (HTTP-11).
fn has_sessions(headers: &HeaderMap) -> Result<(), WireError> {
    check_repeated(headers)?;
    match VersionHeader::read(headers) {
        VersionHeader::Other => {
            let known = headers.get(&PROTOCOL_VERSION_HEADER).and_then(|value| value.to_str().ok());
            // LHTTP-13 for versions nobody knows.
            let status = if known.and_then(ProtocolVersion::from_text).is_some() { 405 } else { 400 };
            Err(WireError::new(error_code::INVALID_REQUEST, "this protocol version has no sessions", status))
        }
        VersionHeader::Absent | VersionHeader::Handshake(_) => Ok(()),
    }
}

fn no_session_id() -> WireError {
    WireError::new(
        error_code::INVALID_REQUEST,
        "the header Mcp-Session-Id is missing: begin with initialize",
        400,
    )
}

fn unknown_session() -> WireError {
    WireError::new(error_code::INVALID_REQUEST, "there is no such session: begin again with initialize", 404)
}
