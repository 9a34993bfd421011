//! Tools of the asking server that tell what became of their questions: the same as `asking_watched.py`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oxmcp_core::error::Result;
use oxmcp_core::handler::{CallContext, Failure, FailureKind};
use oxmcp_core::registry::Registry;
use serde::Deserialize;
use serde_json::json;

use crate::define::{arguments, nothing, required, tool};
use crate::{name_of, said};

#[derive(Clone, Default)]
struct Watch(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    /// What became of them, on standard error as well, for where nobody can ask any more.
    observed: Vec<String>,
    /// Of calls that are over.
    kept: HashMap<String, CallContext>,
}

impl Watch {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, how: &str, label: &str) {
        let what = format!("{how} {label}");
        eprintln!("{what}");
        self.seen().observed.push(what);
    }
}

/// A question that is open: cancelled, unless something else comes of it.
struct Open {
    watch: Watch,
    label: String,
    how: &'static str,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.watch.note(self.how, &self.label);
    }
}

#[derive(Deserialize)]
struct Labelled {
    label: String,
}

/// Adds them.
pub fn add(registry: &Registry) -> Result<()> {
    let label = required(&json!({ "label": { "type": "string" } }));
    let watch = Watch::default();
    let (asks, tells, keeps, asks_late) = (watch.clone(), watch.clone(), watch.clone(), watch);
    let described = "Ask for a name; remember under the label what came of it.";
    tool(registry, "ask_watched", described, &label, move |call| {
        let watch = asks.clone();
        async move {
            let Labelled { label } = arguments(&call)?;
            watch.note("asked", &label);
            let mut open = Open { watch, label, how: "cancelled" };
            let name = name_of(&call.context).await;
            open.how = if name.is_ok() { "answered" } else { "failed" };
            Ok(said(name?))
        }
    })?;
    tool(
        registry,
        "observed",
        "Tell what became of the questions, a line for each.",
        &nothing(),
        move |_| {
            let observed = tells.seen().observed.join("\n");
            async { Ok(said(observed)) }
        },
    )?;
    let described = "Keep what a call is given beyond its end.";
    tool(registry, "keep", described, &label, move |call| {
        let watch = keeps.clone();
        async move {
            let Labelled { label } = arguments(&call)?;
            watch.seen().kept.insert(label, call.context);
            Ok(said("kept"))
        }
    })?;
    tool(registry, "ask_by_kept", "Ask the client of a call that is over.", &label, move |call| {
        let watch = asks_late.clone();
        async move {
            let Labelled { label } = arguments(&call)?;
            let kept = watch.seen().kept.remove(&label);
            let kept = kept.ok_or_else(|| Failure::new(FailureKind::Tool, "nothing was kept"))?;
            Ok(said(name_of(&kept).await?))
        }
    })
}
