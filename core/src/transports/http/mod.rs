//! Streamable HTTP, both eras on one path.

mod allow_list;
mod beside;
mod body;
mod body_budget;
mod caller;
mod connection;
mod connections;
mod cors;
mod door;
mod doors;
mod endpoint;
mod event_stream;
mod guards;
mod health;
mod http2;
mod lease;
mod legacy;
mod listener;
mod options;
mod pages;
mod pieces;
mod proxies;
mod reception;
mod refusals;
mod response;
mod seats;
mod server_card;
mod single_headers;
mod socket;
mod sse;
mod systemd;
mod tls;
mod unix_socket;

pub use allow_list::{AllowList, Listed};
pub use beside::{Beside, BesideFuture, BesideRoutes};
pub use cors::CorsOptions;
pub use endpoint::Endpoint;
pub use health::HealthOptions;
pub use legacy::resuming::{
    EventLimits, EventStore, Keeping, KeptEvent, MemoryEventStore, Replay, Resumption,
};
use legacy::resuming::{Read, Reader};
pub use listener::HttpServer;
pub use options::{HttpOptions, SessionLimits, Spelling};
pub use proxies::{ForwardedHeader, ProxyOptions};
pub use response::ResponseBody;
pub use server_card::ServerCardOptions;
pub use sse::{SseOptions, SseRequest};
pub use tls::TlsOptions;
pub use unix_socket::UnixSocketOptions;

pub use crate::model::{ClientCertificate, SubjectName};
