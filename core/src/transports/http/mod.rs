//! Streamable HTTP, both eras on one path.

mod connection;
mod endpoint;
mod event_stream;
mod guards;
mod legacy;
mod listener;
mod options;
mod response;

pub use endpoint::Endpoint;
pub use listener::HttpServer;
pub use options::HttpOptions;
pub use response::ResponseBody;
