//! Requests that our own listener hands to Python, because their paths are an author's.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body::{Body, Frame};
use oxmcp_core::host::principal_text;
use oxmcp_core::model::Principal;
use oxmcp_core::transports::http::{Beside, BesideFuture, ResponseBody};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::oneshot;

use crate::asgi_headers::pairs;
use crate::notices::{NO_TOKEN, Notice};
use crate::server::Host;
use crate::signal::{Given, Signal};

/// How many pieces of one answer wait for a client that has not taken them.
const PIECES: usize = 16;

/// An author's routes: `begin(request)` is called on the event loop.
pub struct OwnRoutes {
    pub host: Arc<Host>,
    pub given: Arc<Given>,
    pub begin: Arc<Py<PyAny>>,
}

/// What the reader and the writer of an answer tell each other.
struct Shared {
    /// There is room for a piece.
    room: Arc<Signal>,
    /// The client is gone, or has all.
    over: Arc<Signal>,
}

impl Shared {
    fn end(&self) {
        self.over.waker().wake();
        self.room.waker().wake();
    }
}

type Head = (StatusCode, HeaderMap);

impl Beside for OwnRoutes {
    fn answer(&self, request: Request<Bytes>, remote: Option<SocketAddr>) -> BesideFuture {
        let (head, told) = oneshot::channel();
        let (pieces, body) = mpsc::channel(PIECES);
        let [room, over] = [(), ()].map(|()| Signal::new(Arc::clone(&self.given)));
        let shared = Arc::new(Shared { room, over });
        let reading = Reading { body, shared: Arc::clone(&shared) };
        let writing = Writing { head: Some(head), pieces: Some(pieces) };
        let request = RouteRequest { request, remote, shared, writing: Mutex::new(writing) };
        let begin = Arc::clone(&self.begin);
        let deed = move |py: Python<'_>| begin.call1(py, (Bound::new(py, request)?,)).map(drop);
        self.host.notices.push(NO_TOKEN, Notice::Do(Box::new(deed)));
        Box::pin(async move {
            // Dropped unanswered, the request failed in a way that was logged.
            let (status, headers) =
                told.await.unwrap_or_else(|_| (StatusCode::INTERNAL_SERVER_ERROR, HeaderMap::new()));
            let mut response = Response::new(ResponseBody::relayed(reading));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            response
        })
    }
}

/// The body of an answer on its way out.
struct Reading {
    body: mpsc::Receiver<Bytes>,
    shared: Arc<Shared>,
}

impl Body for Reading {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let polled = self.body.poll_recv(cx);
        if let Poll::Ready(Some(_)) = &polled {
            self.shared.room.waker().wake();
        }
        polled.map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.shared.end();
    }
}

struct Writing {
    head: Option<oneshot::Sender<Head>>,
    pieces: Option<mpsc::Sender<Bytes>>,
}

/// A request for a path of the author's.
#[pyclass(module = "oxmcp._native", frozen)]
pub struct RouteRequest {
    request: Request<Bytes>,
    remote: Option<SocketAddr>,
    shared: Arc<Shared>,
    writing: Mutex<Writing>,
}

impl RouteRequest {
    fn writing(&self) -> std::sync::MutexGuard<'_, Writing> {
        // Options are valid whatever happened while they were locked.
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl RouteRequest {
    #[getter]
    fn method(&self) -> &str {
        self.request.method().as_str()
    }

    /// The path as it was sent, and the query.
    #[getter]
    fn target(&self) -> (&str, &str) {
        (self.request.uri().path(), self.request.uri().query().unwrap_or_default())
    }

    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let headers = PyList::empty(py);
        for (name, value) in self.request.headers() {
            headers
                .append((PyBytes::new(py, name.as_str().as_bytes()), PyBytes::new(py, value.as_bytes())))?;
        }
        Ok(headers)
    }

    /// Who asks, if anybody knows: JSON, see `principal_text`.
    #[getter]
    fn principal(&self) -> Option<String> {
        self.request.extensions().get::<Principal>().map(principal_text)
    }

    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.request.body())
    }

    #[getter]
    fn client(&self) -> Option<(String, u16)> {
        self.remote.map(|remote| (remote.ip().to_string(), remote.port()))
    }

    /// Begins the answer. Headers that cannot be are left out.
    fn respond(&self, status: u16, headers: &Bound<'_, PyAny>) -> PyResult<()> {
        let mut map = HeaderMap::new();
        for (name, value) in pairs(headers)? {
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(&name), HeaderValue::from_bytes(&value)) {
                map.append(name, value);
            }
        }
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let head = self.writing().head.take();
        if let Some(head) = head {
            // Nobody there: `send` says so.
            let _ = head.send((status, map));
        }
        Ok(())
    }

    /// Sends a piece of the body: 1 is sent, 0 is no room yet (see `wait_for_room`), -1 is nobody there any more.
    fn send(&self, piece: &[u8]) -> i8 {
        let writing = self.writing();
        let Some(pieces) = &writing.pieces else { return -1 };
        self.shared.room.attend();
        match pieces.try_send(Bytes::copy_from_slice(piece)) {
            Ok(()) => 1,
            Err(TrySendError::Closed(_)) => -1,
            // A signal that came meanwhile is seen by who waits.
            Err(TrySendError::Full(_)) => {
                self.shared.room.leave();
                0
            }
        }
    }

    /// Sets `future`, one of asyncio's, when there may be room.
    fn wait_for_room(&self, py: Python<'_>, future: Py<PyAny>) -> PyResult<()> {
        self.shared.room.wait(py, future)
    }

    /// Sets `future` when the client is gone, or has all.
    fn wait_for_end(&self, py: Python<'_>, future: Py<PyAny>) -> PyResult<()> {
        self.shared.over.leave();
        self.shared.over.wait(py, future)
    }

    /// Ends the answer.
    fn finish(&self) {
        let mut writing = self.writing();
        (writing.head, writing.pieces) = (None, None);
    }
}
