//! TLS for connections that come in, with certificates that can change while it is served.

mod files;
pub(super) mod names;
mod options;

use std::fs;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

pub use self::options::TlsOptions;
use crate::error::Result;

/// HTTP/2 by its name in the handshake.
pub(super) const H2: &[u8] = b"h2";

/// What a client reads that spoke HTTP where TLS was expected.
const NOT_TLS: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\
    Content-Length: 57\r\n\r\nthis port speaks HTTPS: begin the address with https://\r\n";

/// TLS of a listener.
#[derive(Debug)]
pub(super) struct Tls {
    options: TlsOptions,
    http2: bool,
    /// All of it is exchanged at once, and with it what is remembered of sessions: nobody resumes one that a new list of revoked
    /// certificates, or another authority, would have refused.
    current: ArcSwap<ServerConfig>,
    seen: Mutex<Vec<Stamp>>,
}

/// What shows that a file was changed; `None`: it is not there.
type Stamp = Option<(SystemTime, u64)>;

impl Tls {
    /// Reads the files.
    pub(super) fn new(options: TlsOptions, http2: bool) -> Result<Self> {
        let seen = Mutex::new(stamps(&options));
        let current = ArcSwap::from_pointee(files::load(&options, http2)?);
        Ok(Self { options, http2, current, seen })
    }

    pub(super) fn options(&self) -> &TlsOptions {
        &self.options
    }

    /// Looks whether the files have changed, and has new connections use what is in them now.
    pub(super) fn refresh(&self) {
        let now = stamps(&self.options);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == now {
            return;
        }
        *seen = now;
        match files::load(&self.options, self.http2) {
            Ok(config) => {
                self.current.store(Arc::new(config));
                tracing::info!("the files of tls have changed: new connections use them");
            }
            Err(error) => {
                tracing::warn!(%error, "the files of tls have changed and cannot be used: what was read before stays");
            }
        }
    }

    /// The handshake.
    pub(super) async fn accept(&self, mut stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let mut first = [0];
        if stream.peek(&mut first).await? == 1 && first[0].is_ascii_uppercase() {
            // A client with http:// in its address. Whoever it is: there is nothing more to say.
            stream.write_all(NOT_TLS).await?;
            stream.shutdown().await?;
            return Err(io::Error::new(io::ErrorKind::InvalidData, "HTTP where TLS was expected"));
        }
        TlsAcceptor::from(self.current.load_full()).accept(stream).await
    }
}

fn stamps(options: &TlsOptions) -> Vec<Stamp> {
    let stamp = |file| {
        let about = fs::metadata(file).ok()?;
        Some((about.modified().ok()?, about.len()))
    };
    options.files().map(stamp).collect()
}
