//! One call, as user code gets it.

use std::sync::Arc;

use super::CallContext;
use crate::json::RawJson;
use crate::model::OperationKind;

/// What is asked of user code.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// What kind of thing is asked.
    pub kind: OperationKind,
    /// What it is asked of: the tool's or prompt's name, the resource's URI, or the method.
    pub target: Arc<str>,
    /// A JSON object. Tools and prompts: the arguments, checked. Resource templates: the variables of the URI (strings;
    /// a list for an exploded one). Completions: `{ref, argument, value, context}`. Whole methods: the params. Otherwise `{}`.
    pub arguments: RawJson,
    /// Who asks, and how to talk back.
    pub context: CallContext,
}
