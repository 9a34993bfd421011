//! What an operation gives back, freed from its era's shape. The parts are JSON text and are spliced, not parsed.

use crate::json::RawJson;
use crate::model::{CacheHint, InputRequired};

/// The result of an operation.
#[derive(Debug, Clone)]
pub enum Output {
    /// Of a tool call.
    Tool(ToolOutput),
    /// Of a prompt.
    Prompt(PromptOutput),
    /// Of reading a resource.
    Resource(ResourceOutput),
    /// Of a completion.
    Completion(CompletionOutput),
    /// The whole result object as the newest version's schema has it, without `resultType` and cache hints unless the
    /// author set them: what a handler for a whole method returns. The era's encoder adds or takes away the rest.
    Whole(RawJson),
    /// Not a result yet: of a tool call, a prompt or a resource whose handler wants to know more. It is invoked again with the
    /// answers in its context.
    InputRequired(InputRequired),
}

/// What a tool returned.
#[derive(Debug, Clone)]
pub struct ToolOutput {
    /// A JSON array of content blocks.
    pub content: RawJson,
    /// Any JSON value.
    pub structured_content: Option<RawJson>,
    /// Whether the tool refused or failed (TOOL-7).
    pub is_error: bool,
    /// Whether structured content is repeated as text where there is no content (TOOL-9).
    pub repeats: bool,
    /// The result's own `_meta`, a JSON object.
    pub meta: Option<RawJson>,
    /// Whether whoever made it vouches that the structured content fits the tool's output schema: the engine does not check it
    /// (TOOL-8). For those who have held it against the schema themselves, or against the model that the schema was made of, in the
    /// form in which it is sent.
    ///
    /// That a Rust type derives `Serialize` and its schema does not show it: serde writes numbers that are not finite as `null`, and
    /// asks nobody about bounds, lengths and patterns that attributes put into the schema; a field may be written by a function of
    /// its own, be left out, or be described by hand. Content that does not fit breaks the tool's promise, and clients that check may
    /// refuse it.
    pub vouched: bool,
    /// Members of the result that the protocol does not know, a JSON object: they are sent as they are.
    pub more: Option<RawJson>,
}

const TEXT_BEGINS: &str = r#"[{"type":"text","text":"#;
const TEXT_ENDS: &str = "}]";

impl ToolOutput {
    /// One block of text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        let mut content =
            String::with_capacity(TEXT_BEGINS.len() + crate::json::room_for(text) + TEXT_ENDS.len());
        content.push_str(TEXT_BEGINS);
        crate::json::write_string(&mut content, text);
        content.push_str(TEXT_ENDS);
        Self { content: RawJson::from_checked(content), ..Self::nothing() }
    }

    /// One block of text, and the same text as the structured content of a tool whose schema takes any text. It is
    /// encoded once: the one is a part of the other.
    #[must_use]
    pub fn structured_text(text: &str) -> Self {
        let output = Self::text(text);
        let structured = output.content.slice(TEXT_BEGINS.len(), TEXT_ENDS.len());
        Self { structured_content: Some(structured), vouched: true, ..output }
    }

    /// A JSON value, of which the content says the same: text as it is, other data as JSON, nothing for null. `structured` says
    /// whether it is the structured content, too (TOOL-9).
    #[must_use]
    pub fn data(value: RawJson, structured: bool) -> Self {
        let text = value.as_str();
        let says_something = text != "null";
        if says_something && (text.starts_with('"') || !structured) {
            let mut content = String::with_capacity(text.len() + 27);
            content.push_str(TEXT_BEGINS);
            if text.starts_with('"') {
                content.push_str(text);
            } else {
                crate::json::write_string(&mut content, text);
            }
            content.push_str(TEXT_ENDS);
            let content = RawJson::from_checked(content);
            let structured_content = structured.then(|| content.slice(TEXT_BEGINS.len(), TEXT_ENDS.len()));
            return Self { content, structured_content, ..Self::nothing() };
        }
        Self { structured_content: structured.then_some(value), repeats: says_something, ..Self::nothing() }
    }

    /// No content.
    fn nothing() -> Self {
        Self {
            content: RawJson::from_checked("[]"),
            structured_content: None,
            is_error: false,
            repeats: true,
            meta: None,
            vouched: false,
            more: None,
        }
    }

    /// Whether its structured content is repeated as text: there is no other content (TOOL-9), and its maker does not mind.
    #[must_use]
    pub fn repeats_structured(&self) -> bool {
        self.repeats && self.structured_content.is_some() && is_empty_array(self.content.as_str())
    }

    /// Structured content alone, which the engine repeats as text (TOOL-9).
    #[must_use]
    pub fn structured(structured: RawJson) -> Self {
        Self { structured_content: Some(structured), ..Self::nothing() }
    }

    /// One block of text that says what went wrong.
    #[must_use]
    pub fn error(text: &str) -> Self {
        Self { is_error: true, ..Self::text(text) }
    }
}

/// Whether this array has no elements; looks no further than where the first would begin.
fn is_empty_array(text: &str) -> bool {
    text.trim_ascii_start().strip_prefix('[').is_none_or(|rest| rest.trim_ascii_start().starts_with(']'))
}

/// What a prompt returned.
#[derive(Debug, Clone)]
pub struct PromptOutput {
    /// What the prompt is for, if it says so.
    pub description: Option<String>,
    /// A JSON array of messages.
    pub messages: RawJson,
    /// The result's own `_meta`, a JSON object.
    pub meta: Option<RawJson>,
}

/// What reading a resource returned.
#[derive(Debug, Clone)]
pub struct ResourceOutput {
    /// A JSON array of contents, each with `uri` and one of `text` or `blob` (RSRC-7).
    pub contents: RawJson,
    /// The result's own `_meta`, a JSON object.
    pub meta: Option<RawJson>,
    /// How long it may be kept; the resource's own hint when absent.
    pub cache: Option<CacheHint>,
}

/// What a completion returned.
#[derive(Debug, Clone, Default)]
pub struct CompletionOutput {
    /// The suggestions; at most 100 are sent (CMP-2).
    pub values: Vec<String>,
    /// How many there are in all, if known.
    pub total: Option<u64>,
    /// Whether there are more than were sent, if known.
    pub has_more: Option<bool>,
}
