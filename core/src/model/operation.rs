//! Everything a peer can ask for.

use crate::json::RawJson;
use crate::model::{LogLevel, WatchFilter};

/// One request, freed from its era's shape.
#[derive(Debug, Clone)]
pub enum Operation {
    /// A page of tools.
    ListTools {
        /// Where the page begins.
        cursor: Option<String>,
    },
    /// A page of prompts.
    ListPrompts {
        /// Where the page begins.
        cursor: Option<String>,
    },
    /// A page of resources.
    ListResources {
        /// Where the page begins.
        cursor: Option<String>,
    },
    /// A page of resource templates.
    ListResourceTemplates {
        /// Where the page begins.
        cursor: Option<String>,
    },
    /// Call a tool.
    CallTool {
        /// The tool's name.
        name: String,
        /// A JSON object; `{}` when the peer sent none (TOOL-17).
        arguments: RawJson,
    },
    /// Read a resource.
    ReadResource {
        /// Its URI.
        uri: String,
    },
    /// Fill in a prompt.
    GetPrompt {
        /// The prompt's name.
        name: String,
        /// A JSON object of strings; `{}` when the peer sent none.
        arguments: RawJson,
    },
    /// Complete an argument (CMP-4).
    Complete(Box<Completion>),
    /// From now on send this session log messages of this level and above (LOG-5).
    SetLogLevel {
        /// The threshold.
        level: LogLevel,
    },
    /// Tell this session when a resource changes (RSRC-13).
    Subscribe {
        /// Its URI.
        uri: String,
    },
    /// Stop telling it.
    Unsubscribe {
        /// Its URI.
        uri: String,
    },
    /// Tell the caller of changes for as long as the request is open (SUB-1).
    Watch {
        /// Which changes.
        filter: WatchFilter,
    },
    /// Are you there?
    Ping,
    /// A method of the server author's own.
    Custom {
        /// The method.
        method: String,
        /// Its params, a JSON object; `{}` when the peer sent none.
        params: RawJson,
    },
}

/// What is to be completed.
#[derive(Debug, Clone)]
pub struct Completion {
    /// Whose argument.
    pub reference: CompletionReference,
    /// The argument's name.
    pub argument: String,
    /// What was typed so far.
    pub value: String,
    /// Earlier answers, a JSON object of strings; `{}` when there are none.
    pub context: RawJson,
}

/// What a completion is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompletionReference {
    /// An argument of the prompt with this name.
    Prompt(String),
    /// A variable of the resource template (or URI) written thus.
    Resource(String),
}

/// An operation's kind, without its particulars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each stands for the operation of the same name")]
pub enum OperationKind {
    ListTools,
    ListPrompts,
    ListResources,
    ListResourceTemplates,
    CallTool,
    ReadResource,
    GetPrompt,
    Complete,
    SetLogLevel,
    Subscribe,
    Unsubscribe,
    Watch,
    Ping,
    Custom,
}

impl OperationKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::ListTools,
        Self::ListPrompts,
        Self::ListResources,
        Self::ListResourceTemplates,
        Self::CallTool,
        Self::ReadResource,
        Self::GetPrompt,
        Self::Complete,
        Self::SetLogLevel,
        Self::Subscribe,
        Self::Unsubscribe,
        Self::Watch,
        Self::Ping,
        Self::Custom,
    ];

    /// Whether the handlers of such an operation may ask the client (MRTR-1).
    #[must_use]
    pub const fn may_ask(self) -> bool {
        matches!(self, Self::CallTool | Self::GetPrompt | Self::ReadResource)
    }

    /// The kind's name in `snake_case`, stable across releases.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ListTools => "list_tools",
            Self::ListPrompts => "list_prompts",
            Self::ListResources => "list_resources",
            Self::ListResourceTemplates => "list_resource_templates",
            Self::CallTool => "call_tool",
            Self::ReadResource => "read_resource",
            Self::GetPrompt => "get_prompt",
            Self::Complete => "complete",
            Self::SetLogLevel => "set_log_level",
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
            Self::Watch => "watch",
            Self::Ping => "ping",
            Self::Custom => "custom",
        }
    }
}

impl Operation {
    /// The operation's kind.
    #[must_use]
    pub const fn kind(&self) -> OperationKind {
        match self {
            Self::ListTools { .. } => OperationKind::ListTools,
            Self::ListPrompts { .. } => OperationKind::ListPrompts,
            Self::ListResources { .. } => OperationKind::ListResources,
            Self::ListResourceTemplates { .. } => OperationKind::ListResourceTemplates,
            Self::CallTool { .. } => OperationKind::CallTool,
            Self::ReadResource { .. } => OperationKind::ReadResource,
            Self::GetPrompt { .. } => OperationKind::GetPrompt,
            Self::Complete(_) => OperationKind::Complete,
            Self::SetLogLevel { .. } => OperationKind::SetLogLevel,
            Self::Subscribe { .. } => OperationKind::Subscribe,
            Self::Unsubscribe { .. } => OperationKind::Unsubscribe,
            Self::Watch { .. } => OperationKind::Watch,
            Self::Ping => OperationKind::Ping,
            Self::Custom { .. } => OperationKind::Custom,
        }
    }
}
