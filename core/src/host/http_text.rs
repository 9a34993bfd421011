//! The options of the HTTP transport as a front end writes them.

use std::time::Duration;

use serde::Deserialize;

use super::descriptors;
use crate::error::Result;
use crate::transports::http::HttpOptions;

/// The options of the HTTP transport; what is not said keeps the engine's default.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpText {
    /// Where to listen; 127.0.0.1 when not said.
    pub host: Option<String>,
    /// 0, any free port, when not said.
    pub port: Option<u16>,
    path: Option<String>,
    stateless: Option<bool>,
    json_response: Option<bool>,
    allowed_hosts: Option<Vec<String>>,
    allowed_origins: Option<Vec<String>>,
    max_body_bytes: Option<usize>,
    keep_alive_seconds: Option<f64>,
    max_connections: Option<usize>,
}

impl HttpText {
    /// Reads the JSON of a front end.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidDescriptor`](crate::error::ErrorKind::InvalidDescriptor) when it is something else.
    pub fn read(text: &str) -> Result<Self> {
        descriptors::read("the HTTP transport", text)
    }

    /// Where to listen: a name or address, and a port.
    #[must_use]
    pub fn address(&self) -> (&str, u16) {
        (self.host.as_deref().unwrap_or("127.0.0.1"), self.port.unwrap_or(0))
    }

    /// The options it stands for.
    #[must_use]
    pub fn options(&self) -> HttpOptions {
        let mut options = HttpOptions::default();
        let seconds = |value: f64| Duration::try_from_secs_f64(value).unwrap_or(Duration::ZERO);
        if let Some(path) = &self.path {
            options.path.clone_from(path);
        }
        options.stateless = self.stateless.unwrap_or(options.stateless);
        options.json_only = self.json_response.unwrap_or(options.json_only);
        options.allowed_hosts.clone_from(&self.allowed_hosts);
        options.allowed_origins.clone_from(&self.allowed_origins);
        options.max_body_bytes = self.max_body_bytes.unwrap_or(options.max_body_bytes);
        options.keep_alive = self.keep_alive_seconds.map_or(options.keep_alive, seconds);
        options.max_connections = self.max_connections.unwrap_or(options.max_connections);
        options
    }
}
