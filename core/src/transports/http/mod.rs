//! Streamable HTTP, both eras on one path.

mod allow_list;
mod beside;
mod body;
mod connection;
mod cors;
mod door;
mod endpoint;
mod event_stream;
mod guards;
mod health;
mod legacy;
mod listener;
mod options;
mod pieces;
mod refusals;
mod response;
mod server_card;
mod single_headers;
mod sse;

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
pub use response::ResponseBody;
pub use server_card::ServerCardOptions;
pub use sse::{SseOptions, SseRequest};
