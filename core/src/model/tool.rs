//! The descriptor of a tool.

use std::sync::Arc;
use std::time::Duration;

use super::{CommonFields, TaskManner, ToolLimits};
use crate::json::RawJson;

/// A tool as its author described it (TOOL-1 to TOOL-5).
#[derive(Debug, Clone)]
pub struct Tool {
    /// The name callers use.
    pub name: String,
    /// Title, description, icons, annotations, `_meta`.
    pub common: CommonFields,
    /// JSON Schema of the arguments; an object schema (TOOL-4).
    pub input_schema: RawJson,
    /// What arguments are checked against where the handler takes more than `input_schema` advertises, and checks the rest
    /// by itself.
    pub accepted_schema: Option<RawJson>,
    /// JSON Schema of `structuredContent`; any type (DOWN-4).
    pub output_schema: Option<RawJson>,
    /// Towards versions that only know objects, wrap a non-object structured result and its schema as `{"result": …}`
    /// instead of leaving them out.
    pub wrap_output: bool,
    /// `execution`, 2025-11-25 only (DOWN-9).
    pub execution: Option<RawJson>,
    /// Whether the engine checks arguments before the handler runs. Off for tools that check their own.
    pub check_arguments: bool,
    /// Whether text that plausibly means a value of the asked type is converted (`"42"` for an integer).
    pub convert_arguments: bool,
    /// Whether `structuredContent` is checked against `output_schema` before it is sent (TOOL-8).
    pub check_output: bool,
    /// Whether a person has to confirm each call; `None` leaves it to how the server is protected.
    pub confirm: Option<bool>,
    /// How long a call may take.
    pub timeout: Option<Duration>,
    /// How often, how many at once and how much, where it says so itself.
    pub limits: Option<Arc<ToolLimits>>,
    /// How its calls become tasks, where `execution` says that they may.
    pub task: TaskManner,
}

impl Tool {
    /// A tool with these arguments and nothing else; arguments and results are checked.
    #[must_use]
    pub fn new(name: impl Into<String>, input_schema: RawJson) -> Self {
        Self {
            name: name.into(),
            common: CommonFields::default(),
            input_schema,
            accepted_schema: None,
            output_schema: None,
            wrap_output: false,
            execution: None,
            check_arguments: true,
            convert_arguments: true,
            check_output: true,
            confirm: None,
            timeout: None,
            limits: None,
            task: TaskManner::default(),
        }
    }

    /// The same tool with a description.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.common.description = Some(description.into());
        self
    }
}
