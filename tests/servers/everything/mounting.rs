//! A server that offers what others offer, in Rust: the same as `mounting_server.py` and `mounting_server.mjs` beside it.
//!
//! Usage: `mounting_server --stdio | --port N`

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
use std::sync::{Arc, Mutex, PoisonError};

use oxmcp_core::engine::Engine;
use oxmcp_core::error::Result;
use oxmcp_core::handler::{Failure, FailureKind, Invocation, from_function};
use oxmcp_core::model::{Implementation, Output};
use oxmcp_core::registry::{Interception, MountOptions, Namespace, Registry, RegistryOptions};
use serde_json::json;

use content::{said, structured};
use define::{nothing, tool};
use structured::structured_tool;

/// What the inner servers heard: who follows a resource, and what passes their middleware.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn note(&self, what: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Has something stand around the calls of a server's tools that notes which are called.
fn note_calls(registry: &Registry, whose: &'static str, seen: &Seen) {
    let seen = seen.clone();
    let handler = from_function(move |call: Invocation| {
        let name = call.arguments.to_value().unwrap_or_default()["name"].as_str().map(str::to_owned);
        seen.note(format!("{whose} {}", name.unwrap_or_default()));
        async move { call.context.next(None).await.map(Output::Whole) }
    });
    registry.set_interception("tools/call", Some(Interception { handler, unless_registered: false }));
}

fn under(prefix: &str) -> Result<MountOptions> {
    Ok(MountOptions { namespace: Some(Namespace::new(prefix)?), ..MountOptions::default() })
}

fn empty() -> Result<Registry> {
    Registry::new(RegistryOptions::default())
}

fn engine() -> Result<Engine> {
    let (everything, middle, registry, seen) = (everything::registry()?, empty()?, empty()?, Seen::default());
    let followers = seen.clone();
    everything.on_followed(move |uri, followed| {
        followers.note(format!("{} {uri}", if followed { "followed" } else { "unfollowed" }));
    });
    note_calls(&everything, "everything", &seen);
    note_calls(&middle, "middle", &seen);
    middle.mount(&everything, under("all")?)?;
    registry.mount(&middle, under("mid")?)?;
    let passing = empty()?;
    tool(&passing, "late", "A tool of a server that comes later.", &nothing(), async |_| Ok(said("late")))?;
    let (outer, inner) = (registry.clone(), passing.clone());
    tool(&registry, "mount", "Mount another server.", &nothing(), move |_| {
        let mounted = under("extra").and_then(|options| outer.mount(&inner, options));
        let failed = |error: oxmcp_core::error::Error| Failure::new(FailureKind::Tool, error.to_string());
        std::future::ready(mounted.map(|()| said("mounted")).map_err(failed))
    })?;
    let outer = registry.clone();
    tool(&registry, "unmount", "Unmount it again.", &nothing(), move |_| {
        std::future::ready(Ok(said(format!("unmounted {}", outer.unmount(&passing)))))
    })?;
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let about = ("seen", "What the inner servers heard since this was asked last.");
    structured_tool(&registry, about, &nothing(), &list, move |_| {
        let all = seen.take();
        async move { Ok(structured(&json!(all))) }
    })?;
    Engine::builder(Implementation::new("mounting", "1.0.0")).registry(registry).build()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn Error>> {
    serve::serve(engine()?, None).await
}
