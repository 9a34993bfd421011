//! An answer for those who ask whether the server is there: load balancers, containers. It says no more than that.

use http::header::{self, HeaderValue};
use http::{Method, Response, StatusCode};

use super::response::{self, ResponseBody};
use crate::error::{Error, ErrorKind, Result};

/// What is answered to a GET or HEAD of a path beside the endpoint's, whatever its `Host` and `Origin` are.
#[derive(Debug, Clone)]
pub struct HealthOptions {
    /// Where it is asked.
    pub path: String,
    /// The status.
    pub status: u16,
    /// The text.
    pub message: String,
}

impl Default for HealthOptions {
    fn default() -> Self {
        Self { path: "/health".to_owned(), status: 200, message: "ok".to_owned() }
    }
}

/// The same, looked at once.
pub(super) struct Health {
    path: String,
    status: StatusCode,
    message: String,
}

impl Health {
    pub(super) fn new(options: &HealthOptions, endpoint: &str) -> Result<Self> {
        let HealthOptions { path, status, message } = options.clone();
        let wrong = |what: String| Err(Error::new(ErrorKind::Configuration, what));
        if !path.starts_with('/') || path == endpoint {
            return wrong(format!(
                "health.path must begin with \"/\" and not be the endpoint's, not {path:?}"
            ));
        }
        // The others have no text, or are no answer yet.
        let Some(status) =
            StatusCode::from_u16(status).ok().filter(|status| (200..600).contains(&status.as_u16()))
        else {
            return wrong(format!("health.status must be an HTTP status from 200 to 599, not {status}"));
        };
        Ok(Self { path, status, message })
    }

    /// The answer, if that is what is asked.
    pub(super) fn answer(&self, method: &Method, path: &str) -> Option<Response<ResponseBody>> {
        if path != self.path || !(method == Method::GET || method == Method::HEAD) {
            return None;
        }
        let mut response =
            response::text(self.status, if method == Method::HEAD { "" } else { &self.message });
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Some(response)
    }
}
