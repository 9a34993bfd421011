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
mod serve;
mod skills;
mod structured;
mod tasks;
mod tools;
mod watched;

use std::error::Error;

use oxmcp_core::engine::Engine;
use oxmcp_core::model::Implementation;
use oxmcp_core::registry::{Registry, RegistryOptions};

fn engine() -> oxmcp_core::error::Result<Engine> {
    let registry = Registry::new(RegistryOptions::default())?;
    // `test_simple_text` stays first: the suite calls the first listed tool with `{}`.
    tools::add(&registry)?;
    questions::add(&registry)?;
    explicit::add(&registry)?;
    tasks::add(&registry)?;
    watched::add(&registry)?;
    resources::add(&registry)?;
    prompts::add(&registry)?;
    skills::add(&registry)?;
    // Tools log, in their callers' own time: said before the first of them does.
    registry.note_logging();
    Engine::builder(Implementation::new("everything", "1.0.0"))
        .instructions("One of everything, for tests.")
        .registry(registry)
        .build()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    serve::serve(engine()?, None).await
}
