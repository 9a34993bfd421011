//! The two tools that stand for all others.

use super::{SearchBy, ToolSearch};
use crate::json::RawJson;
use crate::model::Tool;

impl ToolSearch {
    /// The tool that finds others.
    #[must_use]
    pub fn searching(&self) -> Tool {
        let (text, about) = match self.by {
            SearchBy::Words => (
                "Finds tools of this server by what they do. Returns the definitions of those that fit best.",
                "What the tool should do, in a few words",
            ),
            SearchBy::Pattern => (
                "Finds tools of this server whose name, description or parameters match a regular expression. Returns their \
                 definitions.",
                "A regular expression; large and small letters count alike, look-around and references back are not supported",
            ),
        };
        let schema = serde_json::json!({
            "type": "object",
            "properties": {self.argument(): {"type": "string", "description": about}},
            "required": [self.argument()],
        });
        let mut tool = Tool::new(&self.search_tool, RawJson::from_value(&schema))
            .describe(format!("{text} Call one of them with {}.", self.call_tool));
        let hints = r#"{"readOnlyHint":true,"idempotentHint":true,"openWorldHint":false}"#;
        tool.common.annotations = Some(RawJson::from_checked(hints));
        tool
    }

    /// The tool that calls others.
    #[must_use]
    pub fn calling(&self) -> Tool {
        let schema = serde_json::json!({
            "type": "object",
            "properties": {
                "name": {"type": "string", "description": "The name of the tool"},
                "arguments": {
                    "type": ["object", "null"],
                    "description": "The arguments of the tool, as its input schema describes them",
                },
            },
            "required": ["name"],
        });
        Tool::new(&self.call_tool, RawJson::from_value(&schema))
            .describe(format!("Calls a tool that {} found.", self.search_tool))
    }
}
