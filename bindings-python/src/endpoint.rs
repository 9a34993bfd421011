//! HTTP requests that somebody else received: an ASGI application's.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Response, Uri, header};
use http_body::Body as _;
use oxmcp_core::host::settings::Settings;
use oxmcp_core::host::{ArrivingBody, BodySender, arriving_body, principal_from_text, received_request};
use oxmcp_core::transports::http::{self as transport, ResponseBody, SseRequest};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyList};

use crate::asgi_headers::pairs;
use crate::errors::IntoPython;
use crate::serving::Serving;
use crate::signal::Signal;
use crate::surrounding_context;
use crate::target::Target;

/// An endpoint without a listener, on one event loop.
#[pyclass(module = "oxmcp._native", frozen)]
pub struct Endpoint {
    serving: Py<Serving>,
    endpoint: transport::Endpoint,
}

/// Opens an endpoint; takes the options of `serve_http`, of which `host` says where whoever listens does.
#[pyfunction]
#[pyo3(signature = (serving, options, event_store=None))]
pub fn open_endpoint(
    serving: &Bound<'_, Serving>,
    options: &str,
    event_store: Option<Py<Target>>,
) -> PyResult<Endpoint> {
    serving.get().check_process()?;
    let text = serving.get().http_text(options, event_store)?;
    let listens_on = text.host.as_deref().and_then(|host| host.parse::<IpAddr>().ok());
    let engine = serving.get().engine().clone();
    let endpoint = transport::Endpoint::new(engine, text.options(), listens_on).into_python()?;
    Ok(Endpoint { serving: serving.clone().unbind(), endpoint })
}

#[pymethods]
impl Endpoint {
    /// Begins to answer a request, of whose body a first piece is there; its calls start from `context`. To be called on the
    /// event loop, which runs what the request calls as far as it goes at once. With `sse` it belongs to HTTP+SSE: to which
    /// session, and where that one's messages are posted if it opens the stream. `path` is one below the endpoint's. `principal` is
    /// who asks, as far as the application knows: JSON, see `principal_from_text`.
    #[pyo3(signature = (method, headers, body, more_body, client, context, sse=None, path=None, principal=None))]
    #[expect(clippy::too_many_arguments, reason = "what there is to a request, called in one place")]
    fn begin(
        &self,
        py: Python<'_>,
        method: &str,
        headers: &Bound<'_, PyAny>,
        body: &[u8],
        more_body: bool,
        client: Option<&Bound<'_, PyAny>>,
        context: Py<PyAny>,
        sse: Option<(Option<String>, Option<String>)>,
        path: Option<&str>,
        principal: Option<&str>,
    ) -> PyResult<HttpExchange> {
        let serving = self.serving.get();
        serving.check_process()?;
        let headers = pairs(headers)?;
        let announced = if more_body { announced(&headers) } else { 0 };
        let (sender, arriving) = arriving_body(announced);
        sender.send(Bytes::copy_from_slice(body), more_body);
        let origin = surrounding_context::origin(context);
        let below = path.and_then(|path| path.parse().ok());
        let target = below.unwrap_or_else(|| Uri::from_static("/"));
        let mut request =
            received_request(method.as_bytes(), target, headers, arriving, origin).into_python()?;
        if let Some(sse) = sse {
            request.extensions_mut().insert(sse_request(sse));
        }
        if let Some(principal) = principal.and_then(principal_from_text) {
            request.extensions_mut().insert(principal);
        }
        let remote = client.and_then(address);
        let answering = answer(self.endpoint.clone(), request, remote);
        let exchange = HttpExchange {
            serving: self.serving.clone_ref(py),
            stage: Mutex::new(Stage::Answering(Box::pin(answering))),
            body: sender,
            signal: Signal::new(Arc::clone(serving.given())),
        };
        exchange.advance(py)?;
        Ok(exchange)
    }

    /// Begins nothing new; streams end.
    fn shut_down(&self) {
        self.endpoint.shutdown().trigger();
    }

    /// Answers what still runs with an error that says `reason`.
    fn give_up(&self, reason: &str) {
        self.endpoint.shutdown().expire(reason);
    }
}

fn sse_request((session, messages): (Option<String>, Option<String>)) -> SseRequest {
    match (session, messages) {
        (Some(session), Some(messages)) => SseRequest::Open { messages, session: session.into() },
        (session, _) => SseRequest::Message(session.map(Into::into)),
    }
}

/// The address in ASGI's `client`, if it is one: a pair of host and port, where servers leave out or make up what they do not
/// know.
fn address(client: &Bound<'_, PyAny>) -> Option<SocketAddr> {
    let host = client.get_item(0).ok()?.extract::<String>().ok()?.parse().ok()?;
    Some(SocketAddr::new(host, client.get_item(1).ok()?.extract().ok()?))
}

/// How long the body is to be, as the request's head says.
fn announced(headers: &[(PyBackedBytes, PyBackedBytes)]) -> u64 {
    headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(b"content-length"))
        .and_then(|(_, value)| std::str::from_utf8(value).ok()?.trim().parse().ok())
        .unwrap_or(0)
}

async fn answer(
    endpoint: transport::Endpoint,
    request: http::Request<ArrivingBody>,
    remote: Option<SocketAddr>,
) -> Response<ResponseBody> {
    endpoint.handle(request, remote).await
}

/// Where an answer is.
enum Stage {
    Answering(Pin<Box<dyn Future<Output = Response<ResponseBody>> + Send>>),
    /// The head is there, and was not asked for yet.
    Answered(Response<ResponseBody>),
    Streaming(ResponseBody),
    Over,
}

/// A request being answered. Dropped before its end it is given up.
#[pyclass(module = "oxmcp._native", frozen)]
pub struct HttpExchange {
    serving: Py<Serving>,
    stage: Mutex<Stage>,
    body: BodySender,
    signal: Arc<Signal>,
}

impl HttpExchange {
    fn stage(&self) -> MutexGuard<'_, Stage> {
        // Replaced as a whole.
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Polls what there is to poll until it has to wait for somebody else.
    fn advance(&self, py: Python<'_>) -> PyResult<()> {
        let serving = self.serving.get();
        let waker = self.signal.waker();
        loop {
            let mut stage = self.stage();
            let Stage::Answering(answering) = &mut *stage else { return Ok(()) };
            let polled = serving.attending(|| {
                self.signal.attend();
                answering.as_mut().poll(&mut Context::from_waker(&waker))
            });
            let is_over = polled.is_ready();
            if let Poll::Ready(response) = polled {
                *stage = Stage::Answered(response);
            }
            drop(stage);
            serving.run_begun(py)?;
            if is_over || self.signal.leave() {
                return Ok(());
            }
        }
    }
}

/// What an answer begins with: its status, its headers, all of its body or none, and whether more comes.
type Head<'py> = (u16, Bound<'py, PyList>, Bound<'py, PyBytes>, bool);

#[pymethods]
impl HttpExchange {
    /// How the answer begins, as soon as it does: status, headers, body, and whether the body is a stream that follows.
    fn head<'py>(&self, py: Python<'py>) -> PyResult<Option<Head<'py>>> {
        self.advance(py)?;
        let mut stage = self.stage();
        let Stage::Answered(_) = &*stage else { return Ok(None) };
        let Stage::Answered(response) = std::mem::replace(&mut *stage, Stage::Over) else { return Ok(None) };
        let (parts, mut body) = response.into_parts();
        let headers = PyList::empty(py);
        for (name, value) in &parts.headers {
            headers
                .append((PyBytes::new(py, name.as_str().as_bytes()), PyBytes::new(py, value.as_bytes())))?;
        }
        let status = parts.status.as_u16();
        let Some(length) = body.size_hint().exact() else {
            *stage = Stage::Streaming(body);
            return Ok(Some((status, headers, PyBytes::new(py, b""), true)));
        };
        if status != 204 {
            let name = header::CONTENT_LENGTH.as_str().as_bytes();
            headers.append((PyBytes::new(py, name), PyBytes::new(py, length.to_string().as_bytes())))?;
        }
        let whole = whole_of(py, &mut body, usize::try_from(length)?, &self.signal.waker())?;
        Ok(Some((status, headers, whole, false)))
    }

    /// What is ready of a stream: `None` is nothing yet, empty is its end.
    fn piece<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let serving = self.serving.get();
        let waker = self.signal.waker();
        loop {
            let mut stage = self.stage();
            let Stage::Streaming(body) = &mut *stage else { return Ok(Some(PyBytes::new(py, b""))) };
            let polled = serving.attending(|| {
                self.signal.attend();
                poll_body(body, &mut Context::from_waker(&waker))
            });
            if matches!(polled, Poll::Ready(None)) {
                *stage = Stage::Over;
            }
            drop(stage);
            serving.run_begun(py)?;
            match polled {
                Poll::Ready(bytes) => return Ok(Some(PyBytes::new(py, &bytes.unwrap_or_default()))),
                Poll::Pending if self.signal.leave() => return Ok(None),
                Poll::Pending => {}
            }
        }
    }

    /// Sets `future`, one of asyncio's, when there is more to ask for.
    fn wait(&self, py: Python<'_>, future: Py<PyAny>) -> PyResult<()> {
        self.signal.wait(py, future)
    }

    /// Hands over a further piece of the request's body.
    fn feed(&self, body: &[u8], more_body: bool) {
        self.body.send(Bytes::copy_from_slice(body), more_body);
    }

    /// Gives it up: nobody reads the answer any more.
    fn cancel(&self) {
        let stage = std::mem::replace(&mut *self.stage(), Stage::Over);
        // What runs on although the peer is gone does so on the engine's runtime.
        self.serving.get().in_runtime(|| drop(stage));
    }
}

impl Drop for HttpExchange {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// A body of so many bytes, all of whose pieces are there.
fn whole_of<'py>(
    py: Python<'py>,
    body: &mut ResponseBody,
    length: usize,
    waker: &Waker,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut next = || match poll_body(body, &mut Context::from_waker(waker)) {
        Poll::Ready(piece) => piece,
        Poll::Pending => None,
    };
    let first = next().unwrap_or_default();
    if first.len() == length {
        return Ok(PyBytes::new(py, &first));
    }
    PyBytes::new_with(py, length, |mut rest| {
        let mut piece = Some(first);
        while let Some(bytes) = piece {
            let Some((place, after)) = rest.split_at_mut_checked(bytes.len()) else { break };
            place.copy_from_slice(&bytes);
            rest = after;
            piece = next();
        }
        Ok(())
    })
}

fn poll_body(body: &mut ResponseBody, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
    loop {
        match Pin::new(&mut *body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                if let Ok(bytes) = frame.into_data() {
                    return Poll::Ready(Some(bytes));
                }
            }
            // Nothing can fail in it.
            Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(None),
            Poll::Pending => return Poll::Pending,
        }
    }
}

/// The paths beside the endpoint's that a server with these sections answers: JSON, and the path of a configuration file.
#[pyfunction]
#[pyo3(signature = (settings, path=None))]
#[expect(clippy::needless_pass_by_value, reason = "as Python hands it over")]
pub fn pages_beside(settings: &str, path: Option<PathBuf>) -> PyResult<Vec<String>> {
    Settings::read(settings, path.as_deref()).map(|settings| settings.pages()).into_python()
}
