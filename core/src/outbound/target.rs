//! Where a request of ours goes, and who said so.

use http::Uri;
use http::uri::Scheme;

use crate::error::{Error, ErrorKind, Result};

/// A URL that was looked at.
#[derive(Debug, Clone)]
pub struct Target {
    uri: Uri,
    host: Box<str>,
    port: u16,
    is_https: bool,
    /// Whether its host may be one of a private network.
    may_be_private: bool,
    /// Whether it may go unencrypted to another machine.
    may_be_plain: bool,
}

impl Target {
    /// A URL that the server's author gave. It may lead into a private network, which is where some issuers are.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for one that is not https, or http on this machine.
    pub fn given(url: &str) -> Result<Self> {
        Self::read(url, true, false)
            .map_err(|why| Error::new(ErrorKind::Configuration, format!("the URL {url:?} {why}")))
    }

    /// A URL that the server's author gave, who says that what is sent there may go unencrypted.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for one that is neither https nor http.
    pub fn given_in_plain(url: &str) -> Result<Self> {
        Self::read(url, true, true)
            .map_err(|why| Error::new(ErrorKind::Configuration, format!("the URL {url:?} {why}")))
    }

    /// A URL that was found in an answer of `finder`. It leads into the public internet, or to the same server again.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn found(url: &str, finder: &Self) -> Result<Self, &'static str> {
        let mut target = Self::read(url, false, false)?;
        target.may_be_private = finder.may_be_private
            && (&*target.host, target.port, target.is_https) == (&*finder.host, finder.port, finder.is_https);
        if !target.is_https && !target.may_be_private {
            return Err("is not https");
        }
        Ok(target)
    }

    fn read(url: &str, may_be_private: bool, may_be_plain: bool) -> Result<Self, &'static str> {
        let uri: Uri = url.parse().map_err(|_| "is none")?;
        let is_https = uri.scheme() == Some(&Scheme::HTTPS);
        if !is_https && uri.scheme() != Some(&Scheme::HTTP) {
            return Err("is not https");
        }
        let authority = uri.authority().ok_or("names no host")?;
        if authority.as_str().contains('@') {
            return Err("has a user in it");
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err("names no host");
        }
        if !is_https && !may_be_plain && !is_this_machine(host) {
            return Err("is not https, which is for this machine only");
        }
        let port = authority.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let host = host.to_ascii_lowercase().into();
        Ok(Self { uri, host, port, is_https, may_be_private, may_be_plain })
    }

    /// The URL.
    #[must_use]
    pub const fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The same with this query in place of its own; `None` for one that cannot stand in a URL.
    #[must_use]
    pub fn with_query(&self, query: &str) -> Option<Self> {
        let mut parts = self.uri.clone().into_parts();
        parts.path_and_query = Some(format!("{}?{query}", self.uri.path()).parse().ok()?);
        Some(Self { uri: Uri::from_parts(parts).ok()?, ..self.clone() })
    }

    pub(super) const fn host(&self) -> &str {
        &self.host
    }

    pub(super) const fn port(&self) -> u16 {
        self.port
    }

    pub(super) const fn is_https(&self) -> bool {
        self.is_https
    }

    pub(super) const fn may_be_plain(&self) -> bool {
        self.may_be_plain
    }

    pub(super) const fn may_be_private(&self) -> bool {
        self.may_be_private
    }
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
