//! The pages of telemetry beside the endpoint: counts for Prometheus, and the dashboard. Each is behind its own token, and looks at
//! `Host` and `Origin` as the endpoint does (T1 of the threats).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode, Uri};
use serde_json::{Value, json};

use super::guards::{Guards, Refused};
use super::health::HealthOptions;
use super::options::HttpOptions;
use super::response::{self, ResponseBody};
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::{DASHBOARD_DATA, MEDIA_TYPE, PageOptions, Telemetry};

/// A browser asks for a name and a password; whoever else reads these sends a bearer token.
const CHALLENGE: HeaderValue =
    HeaderValue::from_static("Basic realm=\"oxmcp\", charset=\"UTF-8\", Bearer realm=\"oxmcp\"");

/// What holds of every page.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// The pages of an endpoint.
pub(super) struct Pages {
    telemetry: Telemetry,
    metrics: Option<Page>,
    dashboard: Option<Page>,
    /// What is at most, as the dashboard shows it.
    limits: Value,
}

struct Page {
    path: String,
    /// The hash of the token.
    token: Option<[u8; 32]>,
}

/// Which page it is.
#[derive(Clone, Copy)]
enum Shown {
    Metrics,
    Dashboard,
    Data,
}

impl Pages {
    /// `None` where there are none.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when something else is at their paths.
    pub(super) fn new(engine: &Engine, options: &HttpOptions) -> Result<Option<Self>> {
        let Some(telemetry) = engine.telemetry() else { return Ok(None) };
        let page = |page: Option<&PageOptions>| page.map(|page| Page::new(page, options)).transpose();
        let (metrics, dashboard) = (page(telemetry.metrics_page())?, page(telemetry.dashboard_page())?);
        if metrics.is_none() && dashboard.is_none() {
            return Ok(None);
        }
        let limits = json!({
            "connections": options.max_connections,
            "sessions": engine.session_options().max,
            "subscriptions": options.max_subscriptions.unwrap_or(engine.limits().max_http_subscriptions),
            "connections_per_address": options.max_connections_per_address,
            "requests_in_flight_of_a_session": engine.limits().max_in_flight,
            "bytes_of_a_body": options.max_body_bytes,
            "bytes_of_bodies_in_memory": options.max_body_memory_bytes,
        });
        Ok(Some(Self { telemetry: telemetry.clone(), metrics, dashboard, limits }))
    }

    /// The answer, if it is one of these that is asked for.
    ///
    /// # Errors
    /// The refusal of somebody who may not read it.
    pub(super) fn answer(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        guards: &Guards,
    ) -> Result<Option<Response<ResponseBody>>, Refused> {
        let Some((page, shown)) = self.asked(uri.path()) else { return Ok(None) };
        guards.check_caller(uri, headers)?;
        page.check(headers)?;
        if *method != Method::GET && *method != Method::HEAD {
            let refused = Refused::new(StatusCode::METHOD_NOT_ALLOWED, "this is only read: GET");
            return Err(Refused { allow: Some("GET, HEAD"), ..refused });
        }
        let (media_type, text) = match shown {
            Shown::Metrics => (MEDIA_TYPE, self.telemetry.metrics()),
            Shown::Dashboard => ("text/html; charset=utf-8", Telemetry::dashboard_html().to_owned()),
            Shown::Data => ("application/json", self.telemetry.dashboard_data(&self.limits)),
        };
        let body = if *method == Method::HEAD { Bytes::new() } else { Bytes::from(text) };
        let mut response = response::whole(body);
        let told = response.headers_mut();
        told.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        if matches!(shown, Shown::Dashboard)
            && let Ok(policy) = HeaderValue::from_str(Telemetry::dashboard_policy())
        {
            told.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        told.extend(HEADERS);
        Ok(Some(response))
    }

    fn asked(&self, path: &str) -> Option<(&Page, Shown)> {
        if let Some(metrics) = self.metrics.as_ref().filter(|page| page.path == path) {
            return Some((metrics, Shown::Metrics));
        }
        let dashboard = self.dashboard.as_ref()?;
        match path.strip_prefix(&*dashboard.path)? {
            "" => Some((dashboard, Shown::Dashboard)),
            DASHBOARD_DATA => Some((dashboard, Shown::Data)),
            _ => None,
        }
    }
}

impl Page {
    fn new(page: &PageOptions, options: &HttpOptions) -> Result<Self> {
        let path = page.path.clone();
        let others = options.sse.iter().flat_map(|sse| [&sse.path, &sse.messages_path]);
        let others = others.chain(options.health.iter().flat_map(HealthOptions::paths));
        if others.chain([&options.path]).any(|other| *other == path) {
            let what = format!("telemetry: {path:?} is the path of something else already");
            return Err(Error::new(ErrorKind::Configuration, what));
        }
        Ok(Self { path, token: page.token.as_ref().map(|token| hash(token.as_bytes())) })
    }

    /// Whether whoever asks has the token.
    fn check(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let Some(token) = &self.token else { return Ok(()) };
        let shown = headers.get(header::AUTHORIZATION).and_then(|value| shown(value.as_bytes()));
        // Of hashes, so that not even its length is told by the time it takes.
        if shown.is_some_and(|shown| verify_slices_are_equal(&hash(&shown), token).is_ok()) {
            return Ok(());
        }
        let mut headers = HeaderMap::from_iter(HEADERS);
        headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
        let refused = Refused::new(StatusCode::UNAUTHORIZED, "this page is read with its token only");
        Err(Refused { headers: Some(Box::new(headers)), ..refused })
    }
}

/// What is shown: a bearer token, or a password.
fn shown(authorization: &[u8]) -> Option<Vec<u8>> {
    let at = authorization.iter().position(|byte| *byte == b' ')?;
    let (scheme, rest) = (&authorization[..at], authorization[at..].trim_ascii());
    if scheme.eq_ignore_ascii_case(b"bearer") {
        return Some(rest.to_vec());
    }
    if !scheme.eq_ignore_ascii_case(b"basic") {
        return None;
    }
    let pair = BASE64_STANDARD.decode(rest).ok()?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    Some(pair[colon + 1..].to_vec())
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}
