//! What protects.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::ledger::LedgerOptions;
use crate::handler::Handler;
use crate::json;
use crate::registry::ToolEntry;

/// Which tools a person has to confirm, call by call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Confirm {
    /// None but those that say so themselves.
    Off,
    /// Those whose annotations say `destructiveHint`.
    #[default]
    Destructive,
    /// Those whose annotations do not say `readOnlyHint`: what says nothing may destroy something, as the specification has it.
    UnlessReadOnly,
    /// Those with these names, in which `*` stands for anything.
    Named(Vec<String>),
}

impl Confirm {
    /// Whether it means this tool, by its name and its annotations.
    pub(super) fn means(&self, name: &str, annotations: Option<&str>) -> bool {
        let says = |hint: &str| {
            annotations.and_then(|annotations| json::member(annotations, hint)).and_then(json::as_boolean)
                == Some(true)
        };
        match self {
            Self::Off => false,
            Self::Destructive => says("destructiveHint") && !says("readOnlyHint"),
            Self::UnlessReadOnly => !says("readOnlyHint"),
            Self::Named(patterns) => patterns.iter().any(|pattern| fits(pattern, name)),
        }
    }

    /// Whether it means a tool that says nothing itself.
    pub(super) fn means_tool(&self, tool: &ToolEntry) -> bool {
        match tool.tool.confirm {
            Some(said) => said,
            None => {
                let annotations = tool.tool.common.annotations.as_ref().map(json::RawJson::as_str);
                self.means(&tool.tool.name, annotations)
            }
        }
    }
}

/// Whether a name is as a pattern says; `*` is anything. Linear but for the number of stars, of which authors write few.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// What becomes of a call that a person has to confirm where the client cannot ask one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unsupported {
    /// It is refused.
    #[default]
    Refuse,
    /// It goes on: somebody else takes care of it.
    Allow,
}

/// What becomes of characters in results that people do not see and models read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unseen {
    /// Nothing.
    Keep,
    /// The result says which kinds there are.
    #[default]
    Flag,
    /// They are taken out, and the result says so.
    Strip,
}

/// What protects. By default the section of a configuration that says nothing.
#[derive(Clone)]
pub struct SafetyOptions {
    /// Which tools a person has to confirm.
    pub confirm: Confirm,
    /// How long a person may take.
    pub confirm_within: Duration,
    /// What becomes of calls where the client cannot ask.
    pub unsupported: Unsupported,
    /// Whether results say that what is in them is not to be trusted.
    pub mark_results: bool,
    /// What becomes of characters that are not seen.
    pub unseen: Unseen,
    /// A function that makes another result of each, if there is one: it is invoked as a custom method
    /// [`SANITIZE`](super::SANITIZE) with `{"tool", "result"}` and answers with the result. Where it fails, the call fails.
    pub sanitizer: Option<Arc<dyn Handler>>,
    /// The most characters of a result; what is beyond is cut, and the result says so. A tool with an output schema fails instead:
    /// half an object fits no schema.
    pub max_result_chars: Option<usize>,
    /// Whether results are held to their tools' output schemas even where their authors switched that off, or vouched for them.
    pub enforce_output: bool,
    /// How calls with a key are kept from being done twice; `None` takes no notice of keys.
    pub ledger: Option<LedgerOptions>,
}

impl Default for SafetyOptions {
    fn default() -> Self {
        Self {
            confirm: Confirm::default(),
            confirm_within: Duration::from_secs(300),
            unsupported: Unsupported::default(),
            mark_results: true,
            unseen: Unseen::default(),
            sanitizer: None,
            max_result_chars: None,
            enforce_output: true,
            ledger: Some(LedgerOptions::default()),
        }
    }
}

impl SafetyOptions {
    /// Nothing at all, to switch on one by one.
    #[must_use]
    pub const fn off() -> Self {
        Self {
            confirm: Confirm::Off,
            confirm_within: Duration::from_secs(300),
            unsupported: Unsupported::Refuse,
            mark_results: false,
            unseen: Unseen::Keep,
            sanitizer: None,
            max_result_chars: None,
            enforce_output: false,
            ledger: None,
        }
    }
}

impl fmt::Debug for SafetyOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SafetyOptions")
            .field("confirm", &self.confirm)
            .field("unseen", &self.unseen)
            .field("ledger", &self.ledger)
            .finish_non_exhaustive()
    }
}
