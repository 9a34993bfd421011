//! A server with one of everything, in Rust: the fixtures of the official conformance suite, and what the cross tests drive.
//! The same as `everything_server.py` and `everything_server.mjs` beside it.
//!
//! Usage: `everything_server --stdio | --port N`

mod content;
mod define;
mod explicit;
mod prompts;
mod questions;
mod resources;
mod tools;
mod watched;

use std::error::Error;

use oxmcp_core::engine::{Engine, Shutdown};
use oxmcp_core::model::Implementation;
use oxmcp_core::registry::{Registry, RegistryOptions};
use oxmcp_core::transports::http::{HttpOptions, HttpServer, Resumption, SseOptions};
use oxmcp_core::transports::stdio::{self, StdioOptions};

fn engine() -> oxmcp_core::error::Result<Engine> {
    let registry = Registry::new(RegistryOptions::default())?;
    // `test_simple_text` stays first: the suite calls the first listed tool with `{}`.
    tools::add(&registry)?;
    questions::add(&registry)?;
    explicit::add(&registry)?;
    watched::add(&registry)?;
    resources::add(&registry)?;
    prompts::add(&registry)?;
    // Tools log, in their callers' own time: said before the first of them does.
    registry.note_logging();
    Engine::builder(Implementation::new("everything", "1.0.0"))
        .instructions("One of everything, for tests.")
        .registry(registry)
        .build()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let engine = engine()?;
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
                ..HttpOptions::default()
            };
            let server = HttpServer::bind(engine, ("127.0.0.1", port.parse()?), options)?;
            eprintln!("http://{}/mcp", server.local_addr());
            server.serve(shutdown).await?;
        }
        _ => return Err("usage: everything_server --stdio | --port N".into()),
    }
    Ok(())
}
