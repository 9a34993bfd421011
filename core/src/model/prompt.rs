//! The descriptor of a prompt.

use super::CommonFields;

/// A prompt as its author described it (PRM-1).
#[derive(Debug, Clone)]
pub struct Prompt {
    /// The name callers use.
    pub name: String,
    /// Title, description, icons, `_meta` (annotations are not part of a prompt and are ignored).
    pub common: CommonFields,
    /// The arguments, in order.
    pub arguments: Vec<PromptArgument>,
    /// Whether the engine refuses calls that lack a required argument (PRM-3).
    pub check_arguments: bool,
}

/// One argument of a prompt. Its value is a string on the wire (PRM-6).
#[derive(Debug, Clone)]
pub struct PromptArgument {
    /// The argument's name.
    pub name: String,
    /// A name for people.
    pub title: Option<String>,
    /// What the argument is for.
    pub description: Option<String>,
    /// Whether a call must give it.
    pub required: bool,
}
