//! The era-neutral nouns: what a server offers, what a peer can ask for, what comes back. No wire shapes live here.

mod annotations;
mod cache_hint;
mod capabilities;
mod change;
mod client_answer;
mod implementation;
mod input_required;
mod log;
mod moment;
mod operation;
mod output;
mod progress;
mod prompt;
mod question;
mod resource;
mod resource_template;
mod task;
mod tool;

pub use annotations::CommonFields;
pub use cache_hint::{CacheHint, CacheScope};
pub use capabilities::{Capabilities, Offer};
pub use change::{Change, ListKind, Said, SaidFilter, Saying, WatchFilter};
pub use client_answer::{Elicited, Root, Sampled};
pub use implementation::Implementation;
pub use input_required::InputRequired;
pub use log::LogLevel;
pub use moment::timestamp;
pub use operation::{Completion, CompletionReference, Operation, OperationKind};
pub use output::{CompletionOutput, Output, PromptOutput, ResourceOutput, ToolOutput};
pub use progress::{LogMessage, Notification, Progress};
pub use prompt::{Prompt, PromptArgument};
pub use question::Question;
pub use resource::Resource;
pub use resource_template::{ResourceTemplate, ValueChecks};
pub use task::{Task, TaskManner, TaskStatus, TaskSupport};
pub use tool::Tool;
