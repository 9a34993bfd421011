//! A server with one of everything, in Rust: the fixtures of the official conformance suite, and what the cross tests drive.
//! The same as `everything_server.py` and `everything_server.mjs` beside it.
//!
//! Usage: `everything_server --stdio | --port N`

mod content;
mod define;
mod everything;
mod explicit;
mod prompts;
mod questions;
mod resources;
mod serve;
mod skills;
mod structured;
mod tasks;
mod tools;
mod watched;

use std::error::Error;

use oxmcp_core::engine::Engine;
use oxmcp_core::model::Implementation;

fn engine() -> oxmcp_core::error::Result<Engine> {
    Engine::builder(Implementation::new("everything", "1.0.0"))
        .instructions("One of everything, for tests.")
        .registry(everything::registry()?)
        .build()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    serve::serve(engine()?, None).await
}
