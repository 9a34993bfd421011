//! An answer for those who ask whether the server is there: load balancers, containers. It says no more than that.

use http::header::{self, HeaderValue};
use http::{Method, Response, StatusCode};

use super::response::{self, ResponseBody};
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::ProbeOptions;

/// What is answered to a GET or HEAD of a path beside the endpoint's, whatever its `Host` and `Origin` are.
#[derive(Debug, Clone)]
pub struct HealthOptions {
    /// Where it is asked.
    pub path: String,
    /// The status.
    pub status: u16,
    /// The text.
    pub message: String,
    /// Where it is asked whether requests would be taken now: status 200, or 503 while the server ends, or while calls are refused
    /// because they could not be recorded. `None`: nowhere.
    pub ready_path: Option<String>,
}

impl HealthOptions {
    /// What is `said`, and where nothing is, what telemetry asks for.
    pub(super) fn beside(said: Option<Self>, probes: &ProbeOptions) -> Self {
        let mut said = said.unwrap_or_else(|| Self { path: probes.path.clone(), ..Self::default() });
        said.ready_path.get_or_insert_with(|| probes.ready_path.clone());
        said
    }

    /// The paths there are.
    pub(super) fn paths(&self) -> impl Iterator<Item = &String> {
        [Some(&self.path), self.ready_path.as_ref()].into_iter().flatten()
    }
}

impl Default for HealthOptions {
    fn default() -> Self {
        Self { path: "/health".to_owned(), status: 200, message: "ok".to_owned(), ready_path: None }
    }
}

/// The same, looked at once.
pub(super) struct Health {
    path: String,
    status: StatusCode,
    message: String,
    ready_path: Option<String>,
}

impl Health {
    pub(super) fn new(options: &HealthOptions, endpoint: &str) -> Result<Self> {
        let HealthOptions { path, status, message, ready_path } = options.clone();
        let wrong = |what: String| Err(Error::new(ErrorKind::Configuration, what));
        if !path.starts_with('/') || path == endpoint {
            return wrong(format!(
                "health.path must begin with \"/\" and not be the endpoint's, not {path:?}"
            ));
        }
        if let Some(ready) = &ready_path
            && (!ready.starts_with('/') || ready == endpoint || *ready == path)
        {
            return wrong(format!(
                "health.ready_path must begin with \"/\" and be neither the endpoint's nor health's own, not {ready:?}"
            ));
        }
        // The others have no text, or are no answer yet.
        let Some(status) =
            StatusCode::from_u16(status).ok().filter(|status| (200..600).contains(&status.as_u16()))
        else {
            return wrong(format!("health.status must be an HTTP status from 200 to 599, not {status}"));
        };
        Ok(Self { path, status, message, ready_path })
    }

    /// The answer, if that is what is asked; `is_ready` says whether requests are taken.
    pub(super) fn answer(
        &self,
        method: &Method,
        path: &str,
        is_ready: impl FnOnce() -> bool,
    ) -> Option<Response<ResponseBody>> {
        let is_ready_path = self.ready_path.as_deref() == Some(path);
        if !(path == self.path || is_ready_path) || !(method == Method::GET || method == Method::HEAD) {
            return None;
        }
        let (status, message) = match is_ready_path {
            false => (self.status, &*self.message),
            true if is_ready() => (StatusCode::OK, "ready"),
            true => (StatusCode::SERVICE_UNAVAILABLE, "not ready"),
        };
        let mut response = response::text(status, if method == Method::HEAD { "" } else { message });
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Some(response)
    }
}
