//! How the servers of this folder are served: `--stdio`, or `--port N` of the loopback address.

use std::error::Error;

use oxmcp_core::engine::{Engine, Shutdown};
use oxmcp_core::transports::http::{HttpOptions, HttpServer, Resumption, ServerCardOptions, SseOptions};
use oxmcp_core::transports::stdio::{self, StdioOptions};

/// Serves until the process is told to end, over HTTP with this card.
///
/// # Errors
/// When the arguments are no transport's, or the transport fails.
pub async fn serve(engine: Engine, server_card: Option<ServerCardOptions>) -> Result<(), Box<dyn Error>> {
    let shutdown = Shutdown::new();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--stdio"] => {
            let (input, output) = stdio::claim()?;
            stdio::serve(engine, input, output, StdioOptions::default(), shutdown).await?;
        }
        ["--port", port] => {
            let options = HttpOptions {
                sse: Some(SseOptions::default()),
                resumption: Some(Resumption::default()),
                server_card,
                ..HttpOptions::default()
            };
            let server = HttpServer::bind(engine, ("127.0.0.1", port.parse()?), options)?;
            eprintln!("http://{}/mcp", server.local_addr());
            server.serve(shutdown).await?;
        }
        _ => return Err("usage: --stdio | --port N".into()),
    }
    Ok(())
}
