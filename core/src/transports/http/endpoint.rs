//! One HTTP request in, one response out. Knows no sockets, so that another HTTP server can mount it.

use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, Version, request};
use http_body::Body;
use tokio::time::sleep;

use super::beside::{Beside, BesideRoutes};
use super::body;
use super::body_budget::BodyBudget;
use super::cors::Cors;
use super::door::{Door, Head};
use super::event_stream::{EventStream, Source};
use super::guards::{self, Guards, Refused, Route};
use super::health::{Health, HealthOptions};
use super::lease::{self, Ending};
use super::legacy::resuming::{Reader, ResumableSessions, Resumption};
use super::legacy::session_routes::{self, Streams};
use super::options::HttpOptions;
use super::pages::Pages;
use super::refusals::ToldRefusals;
use super::response::{self, ResponseBody};
use super::server_card::ServerCard;
use super::single_headers;
use super::sse::{self, SseRequest, SseSessions};
use crate::engine::{Edge, Engine, Exchange, HttpEdge, Inbound, Outgoing, Posted, Shutdown};
use crate::error::Result;
use crate::handler::Origin;
use crate::middleware::{Place, Transport};
use crate::model::Principal;
use crate::telemetry::Telemetry;

/// The endpoint: both eras on one path. Clones share everything.
#[derive(Clone)]
pub struct Endpoint(Arc<Inner>);

struct Inner {
    engine: Engine,
    options: HttpOptions,
    guards: Guards,
    bodies: BodyBudget,
    cors: Option<Cors>,
    health: Option<Health>,
    card: Option<ServerCard>,
    pages: Option<Pages>,
    /// Nobody stands there where nothing is said about authentication.
    door: Option<Door>,
    told: ToldRefusals,
    sse: SseSessions,
    resumable: ResumableSessions,
    /// The end of this endpoint, or of the whole server.
    shutdown: Shutdown,
}

impl Endpoint {
    /// An endpoint for `engine`. `listens_on` is the address requests come in at, if it is known: a loopback address makes
    /// the `Host` header count (SEC-2).
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::error::ErrorKind::Configuration) when an option cannot work.
    pub fn new(engine: Engine, mut options: HttpOptions, listens_on: Option<IpAddr>) -> Result<Self> {
        if let Some(probes) = engine.telemetry().and_then(Telemetry::probes) {
            options.health = Some(HealthOptions::beside(options.health.take(), probes));
        }
        options.check()?;
        let guards = Guards::new(&options, listens_on.is_some_and(|address| address.is_loopback()))?;
        let cors = options.cors.as_ref();
        let cors = cors.map(|cors| Cors::new(cors, guards.origins(), guards.methods(), options.spelling));
        let cors = cors.transpose()?;
        let health = options.health.as_ref().map(|health| Health::new(health, &options.path)).transpose()?;
        let card = options.server_card.as_ref();
        let card = card.map(|card| ServerCard::new(card, engine.implementation(), &options)).transpose()?;
        let pages = Pages::new(&engine, &options)?;
        let door = engine.authenticator().map(|authenticator| Door::new(authenticator, &options));
        let shutdown = engine.shutdown().child();
        let mut sessions = engine.session_options();
        sessions.idle_timeout = options.sessions.idle_timeout.unwrap_or(sessions.idle_timeout);
        sessions.max = options.sessions.max.unwrap_or(sessions.max);
        sessions.max_per_second = options.sessions.max_per_second.unwrap_or(sessions.max_per_second);
        engine.set_session_options(sessions);
        options.max_subscriptions.into_iter().for_each(|max| engine.set_max_http_subscriptions(max));
        let (told, sse) = (ToldRefusals::default(), SseSessions::default());
        let resumable = ResumableSessions::follow(&engine);
        Ok(Self(Arc::new(Inner {
            engine,
            bodies: BodyBudget::new(options.max_body_memory_bytes.max(options.max_body_bytes)),
            options,
            guards,
            cors,
            health,
            card,
            pages,
            door,
            told,
            sse,
            resumable,
            shutdown,
        })))
    }

    /// The signal that ends this endpoint alone: what is new is refused, subscriptions and sessions' streams end, what runs
    /// may finish until it expires. Given with the engine's.
    #[must_use]
    pub fn shutdown(&self) -> &Shutdown {
        &self.0.shutdown
    }

    /// Has what observers heard go where it goes.
    pub(super) async fn settle(&self) {
        if let Some(admission) = self.0.engine.admission() {
            admission.settle().await;
        }
    }

    pub(super) fn options(&self) -> &HttpOptions {
        &self.0.options
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// Answers one request. What its extensions hold counts: an [`Origin`] goes with it; a [`Principal`] is who asks, of whoever
    /// authenticated it; an [`SseRequest`] says that it belongs to HTTP+SSE, mounted elsewhere; and a [`Resumption`] counts instead
    /// of that of the options. Dropping the future, or the body of the response before its end, means that the client is gone.
    pub async fn handle<B>(&self, request: Request<B>, remote: Option<SocketAddr>) -> Response<ResponseBody>
    where
        B: Body<Data = Bytes> + Send,
    {
        let Inner { engine, options, guards, cors, door, sse, resumable, shutdown, .. } = &*self.0;
        let (parts, body) = request.into_parts();
        let request::Parts { method, uri, version, headers, extensions, .. } = parts;
        let origin = extensions.get::<Origin>().cloned().unwrap_or_default();
        let principal = extensions.get::<Principal>();
        let reader = cors.as_ref().map(|cors| (cors, cors.origin(&headers)));
        let single = single_headers::check(version, &uri, &headers);
        if single.is_ok()
            && let Some(answer) = self.without_credentials(&method, &uri, &headers)
        {
            return match answer {
                Ok(answer) => answer,
                Err(refused) => self.refuse(&refused, None, remote).await,
            };
        }
        let mounted = extensions.get::<SseRequest>();
        // Nothing else is said to whoever is nobody: not even what is there.
        let mut vouched = None;
        let head = Head { method: &method, uri: &uri, headers: &headers, extensions: &extensions };
        if let (Ok(()), Some(door)) = (&single, door) {
            if let Some(answer) = door.metadata(head) {
                return answer;
            }
            let is_aside = mounted.is_none() && options.beside.is_some() && !guards.serves(uri.path());
            let is_free = guards.is_preflight(&method, &headers) || (is_aside && door.is_open(uri.path()));
            if principal.is_none() && !is_free {
                let checked = match guards.check_caller(&uri, &headers) {
                    Ok(()) => door.check(head).await,
                    Err(refused) => Err(refused),
                };
                match checked {
                    Ok(known) => vouched = Some(known),
                    Err(refused) => return self.refuse(&refused, reader, remote).await,
                }
            }
        }
        let principal = principal.or(vouched.as_ref());
        let called = door.as_ref().and_then(|door| door.called_by(head));
        if let (Ok(()), Some(BesideRoutes(beside)), None) = (&single, &options.beside, mounted)
            && !guards.serves(uri.path())
        {
            let mut head = Request::from_parts(parts_of(method, uri, version, headers), ());
            let known = principal.cloned();
            *head.extensions_mut() = extensions;
            if let Some(known) = known {
                head.extensions_mut().insert(known);
            }
            return aside(self.beside(&**beside, head, body, remote)).await;
        }
        let resumption = extensions.get::<Resumption>().or(options.resumption.as_ref());
        let route = single.and_then(|()| match mounted {
            None => guards.route(&method, &uri, &headers),
            Some(mounted) => {
                let opens = matches!(mounted, SseRequest::Open { .. });
                guards.route_mounted(opens, &method, &uri, &headers)
            }
        });
        let of_session = engine.admission().is_some() && !matches!(route, Ok(Route::Post));
        let answer = match route {
            Ok(_) if shutdown.is_triggered() => Ok(response::shutting_down()),
            Ok(Route::Post) => self.post(headers, body, remote, origin, principal, resumption).await,
            Ok(Route::Get) => {
                let streams = Streams { engine, options, resumable, resumption, shutdown };
                aside(session_routes::get(streams, &headers, principal)).await
            }
            Ok(Route::Delete) => Ok(session_routes::delete(engine, &headers, principal)),
            Ok(Route::OpenSse) => {
                let mounted = mounted.cloned();
                sse::open(engine, options, sse, shutdown, &headers, principal, mounted)
            }
            Ok(Route::PostSse) => {
                let session = sse_session(mounted, &uri);
                let (headers, principal) = (Arc::new(headers), principal.cloned());
                let posted = Posted { headers, remote, principal };
                aside(self.post_sse(posted, body, session, origin)).await
            }
            Ok(Route::Preflight) => Ok(preflight(cors.as_ref(), &headers)),
            Err(refused) => Err(refused),
        };
        let mut response = match answer {
            Ok(response) => {
                if of_session && response.status().is_client_error() {
                    self.record(response.status(), "", remote).await;
                }
                response
            }
            Err(refused) => return self.refuse(&refused, reader, remote).await,
        };
        if let Some(door) = door {
            door.complete(&mut response, called.as_deref());
        }
        if let Some((cors, origin)) = reader {
            cors.mark(&mut response, origin);
        }
        response
    }

    /// The answer to somebody who is refused, which pages may read as any other.
    async fn refuse(
        &self,
        refused: &Refused,
        reader: Option<(&Cors, Option<HeaderValue>)>,
        remote: Option<SocketAddr>,
    ) -> Response<ResponseBody> {
        self.0.told.note(refused);
        if self.0.engine.admission().is_some() {
            self.record(refused.status, &refused.message, remote).await;
        }
        let mut response = response::refused(refused);
        if let Some((cors, origin)) = reader {
            cors.mark(&mut response, origin);
        }
        response
    }

    /// What is answered before anybody is asked who it is: what is for everybody, and what has a token of its own.
    fn without_credentials(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Option<Result<Response<ResponseBody>, Refused>> {
        let Inner { guards, health, card, pages, .. } = &*self.0;
        let health = health.as_ref();
        if let Some(answer) = health.and_then(|health| health.answer(method, uri.path(), || self.is_ready()))
        {
            return Some(Ok(answer));
        }
        let card = card.as_ref();
        if let Some(answer) = card.and_then(|card| card.answer(method, uri.path(), headers)) {
            return Some(Ok(answer));
        }
        pages.as_ref()?.answer(method, uri, headers, guards).transpose()
    }

    /// Whether requests are taken.
    fn is_ready(&self) -> bool {
        let Inner { engine, shutdown, .. } = &*self.0;
        !shutdown.is_triggered() && engine.admission().is_none_or(|admission| admission.may_begin().is_ok())
    }

    /// Has observers hear of a request that is refused unread; returns when its client may be told so.
    #[cold]
    fn record<'a>(
        &'a self,
        status: StatusCode,
        reason: &'a str,
        remote: Option<SocketAddr>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        aside(async move {
            let Some(admission) = self.0.engine.admission() else { return };
            let place = Place { transport: Transport::Http, remote };
            let reason =
                if reason.is_empty() { status.canonical_reason().unwrap_or_default() } else { reason };
            for ticket in admission.refused(status.as_u16(), reason, place) {
                // Nothing was done, so it is refused whether or not that is recorded.
                let _ = ticket.await;
            }
        })
    }

    /// Has somebody else answer a request whose path is none of ours.
    async fn beside<B>(
        &self,
        beside: &dyn Beside,
        head: Request<()>,
        body: B,
        remote: Option<SocketAddr>,
    ) -> Response<ResponseBody>
    where
        B: Body<Data = Bytes> + Send,
    {
        let Inner { options, guards, bodies, shutdown, .. } = &*self.0;
        if shutdown.is_triggered() {
            return response::shutting_down();
        }
        let body = match guards.check_host(head.uri(), head.headers()) {
            Ok(()) => body::collect(pin!(body), options, bodies).await,
            Err(refused) => Err(refused),
        };
        match body {
            Ok(body) => beside.answer(head.map(|()| body), remote).await,
            Err(refused) => {
                self.0.told.note(&refused);
                self.record(refused.status, &refused.message, remote).await;
                response::refused(&refused)
            }
        }
    }

    /// Has a POST answered: JSON as long as the result comes first (SSE-7). All in one future, because each that it awaited would be
    /// handed its parts anew.
    async fn post<B>(
        &self,
        headers: HeaderMap,
        body: B,
        remote: Option<SocketAddr>,
        origin: Origin,
        principal: Option<&Principal>,
        resumption: Option<&Resumption>,
    ) -> Result<Response<ResponseBody>, Refused>
    where
        B: Body<Data = Bytes>,
    {
        let Inner { engine, options, bodies, resumable, shutdown, .. } = &*self.0;
        guards::check_content(&headers)?;
        let accepts = guards::accepts(&headers);
        if !accepts.json && (!accepts.event_stream || options.json_only) {
            return Err(not_acceptable(
                "answers are application/json or text/event-stream: the Accept header must allow them",
            ));
        }
        let frame = body::collect(pin!(body), options, bodies).await?;
        let can_resume = resumption.is_some() && accepts.event_stream && !options.json_only;
        let edge = HttpEdge {
            headers: Arc::new(headers),
            remote,
            principal: principal.cloned(),
            stateless: options.stateless,
            resumable: can_resume,
        };
        let max_bytes = Some(options.max_body_bytes);
        let mut exchange = engine.exchange(Inbound { frame, edge: Edge::Http(edge), origin, max_bytes });
        exchange.end_with(shutdown);
        let stream_only = exchange.requires_stream() || !accepts.json;
        if stream_only && !accepts.event_stream {
            return Err(not_acceptable(
                "this is answered with text/event-stream only: the Accept header must allow it",
            ));
        }
        let may_stream = accepts.event_stream && (!options.json_only || exchange.requires_stream());
        if !may_stream {
            exchange.answer_only();
        }
        let mut ending = None;
        if exchange.requires_stream()
            && let Some(end) = lease::end(principal)
        {
            let told = shutdown.child();
            exchange.end_with(&told);
            ending = Some(Ending::at(end, Some(told)));
        }
        let mut stream =
            |source| EventStream::new(source, options.keep_alive, engine, shutdown).until(ending.take());
        // Only where the client comes back for a stream it lost; then it begins before there is anything to lose (RESUME-6).
        let resumed = resumption.and_then(|how| Some((exchange.resumed_in()?, how)));
        let streams = resumed.and_then(|(session, how)| resumable.of(session, how));
        let at_once = streams.is_some() && resumed.is_some_and(|(session, _)| session.primes_streams());
        loop {
            let outgoing = self.next(&mut exchange, may_stream, at_once).await;
            if let (Some(streams), None | Some(Some(Outgoing::Message(_) | Outgoing::CloseStream))) =
                (&streams, &outgoing)
            {
                let said = outgoing.flatten();
                let reader = Reader::of_exchange(engine, Arc::clone(streams), exchange, said, shutdown);
                return Ok(response::event_stream(stream(Source::Resumable(Box::new(reader)))));
            }
            let Some(outgoing) = outgoing else {
                return Ok(response::event_stream(stream(Source::Exchange(Box::new(exchange)))));
            };
            return Ok(match outgoing {
                Some(Outgoing::Response(message)) if stream_only && message.status == 200 => {
                    let mut response =
                        response::event_stream(stream(Source::Ended).starting_with(&message.body.text()));
                    response::name_session(&mut response, message.session_id.as_deref());
                    response
                }
                Some(Outgoing::Response(message)) => response::json(message),
                Some(Outgoing::Message(message)) if may_stream => {
                    let source = Source::Exchange(Box::new(exchange));
                    response::event_stream(stream(source).starting_with(&message))
                }
                Some(Outgoing::Message(_) | Outgoing::CloseStream) => continue,
                Some(Outgoing::Accepted) => response::empty(StatusCode::ACCEPTED),
                Some(Outgoing::Cancelled(body)) => response::json_text(StatusCode::OK, body),
                None => response::empty(StatusCode::INTERNAL_SERVER_ERROR),
            });
        }
    }

    async fn post_sse<B>(
        &self,
        posted: Posted,
        body: B,
        session: Option<Arc<str>>,
        origin: Origin,
    ) -> Result<Response<ResponseBody>, Refused>
    where
        B: Body<Data = Bytes> + Send,
    {
        let Inner { options, bodies, sse, .. } = &*self.0;
        guards::check_content(&posted.headers)?;
        let frame = body::collect(pin!(body), options, bodies).await?;
        sse::post(sse, session.as_deref(), posted, frame, origin, options).await
    }

    /// What the exchange says next; `None` when it is silent for so long that keep-alives should flow (SSE-8), or at all where a
    /// stream is to begin `at_once`.
    async fn next(
        &self,
        exchange: &mut Exchange,
        may_stream: bool,
        at_once: bool,
    ) -> Option<Option<Outgoing>> {
        let mut timer = pin!(None);
        poll_fn(|cx| {
            if let Poll::Ready(outgoing) = exchange.poll_next(cx) {
                return Poll::Ready(Some(outgoing));
            }
            let shutdown = &self.0.shutdown;
            if shutdown.is_triggered() {
                exchange.stop_asking(NO_MORE_ANSWERS);
            }
            if shutdown.is_over()
                && let Some(last) = exchange.give_up(&shutdown.reason())
            {
                return Poll::Ready(Some(Some(last)));
            }
            if !may_stream {
                return Poll::Pending;
            }
            if at_once {
                return Poll::Ready(None);
            }
            // Answers that are there at once must not pay for a timer.
            if timer.is_none() {
                timer.set(Some(sleep(self.0.options.sse_after)));
            }
            timer.as_mut().as_pin_mut().map_or(Poll::Pending, |timer| timer.poll(cx)).map(|()| None)
        })
        .await
    }
}

/// What only some requests need, out of the way of the others: a future of its own, not part of every request's.
fn aside<'a, T>(answer: impl Future<Output = T> + Send + 'a) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(answer)
}

/// Why a question is not answered any more: what is posted now is refused.
pub(super) const NO_MORE_ANSWERS: &str = "the server is shutting down and takes no answers any more";

/// Which session a message of HTTP+SSE is for: its application says so, or the query does.
fn sse_session(mounted: Option<&SseRequest>, uri: &Uri) -> Option<Arc<str>> {
    match mounted {
        Some(SseRequest::Message(session)) => session.clone(),
        _ => sse::session_in_query(uri),
    }
}

fn preflight(cors: Option<&Cors>, headers: &HeaderMap) -> Response<ResponseBody> {
    cors.map_or_else(|| response::empty(StatusCode::NO_CONTENT), |cors| cors.preflight(headers))
}

fn parts_of(method: Method, uri: Uri, version: Version, headers: HeaderMap) -> request::Parts {
    let mut parts = Request::new(()).into_parts().0;
    (parts.method, parts.uri, parts.version, parts.headers) = (method, uri, version, headers);
    parts
}

fn not_acceptable(message: &str) -> Refused {
    Refused::new(StatusCode::NOT_ACCEPTABLE, message)
}
