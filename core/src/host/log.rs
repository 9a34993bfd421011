//! What the engine has to say to whoever runs it: warnings and errors, as lines for the host language's log.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::audit::secrets::without_secrets;

/// How grave a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Something is not as it should be; the server copes.
    Warning,
    /// A defect, or something broke down.
    Error,
}

impl Severity {
    /// `warning` or `error`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Passes the engine's lines on to `hear` from now on, for the whole process. It is called wherever the engine is at work, so
/// it should put the line aside and return. Only the first call counts, unless the program has a `tracing` subscriber already:
/// then that hears them.
pub fn pass_on(hear: impl Fn(Severity, String) + Send + Sync + 'static) {
    // Fails when there is one already: see above.
    let _ = tracing::subscriber::set_global_default(Lines(hear));
}

/// A text for a log, without what looks like a secret in it: keys, tokens, what is assigned to a secret's name (SEC-15).
#[must_use]
pub fn fit(text: String) -> String {
    without_secrets(&text).unwrap_or(text)
}

/// Turns events into lines. There are no spans.
struct Lines<H>(H);

impl<H> Subscriber for Lines<H>
where
    H: Fn(Severity, String) + Send + Sync + 'static,
{
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN && metadata.target().starts_with("oxmcp")
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn event(&self, event: &Event<'_>) {
        let grave = *event.metadata().level() == Level::ERROR;
        let mut line = Line::default();
        event.record(&mut line);
        let line = line.message + &line.facts;
        (self.0)(if grave { Severity::Error } else { Severity::Warning }, fit(line));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The sentence of an event, and its facts as ` (name: value)`.
#[derive(Default)]
struct Line {
    message: String,
    facts: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.facts, " ({name}: {value:?})"),
        };
    }
}
