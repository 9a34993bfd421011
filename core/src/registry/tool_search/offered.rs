//! The two tools that stand for all others.

use std::sync::{Arc, Once};

use super::{Findable, SearchBy, SearchPart, SearchRole, ToolSearch};
use crate::error::{Error, ErrorKind, Result};
use crate::handler::{Failure, FailureKind, from_function};
use crate::json::RawJson;
use crate::model::Tool;
use crate::registry::ToolEntry;
use crate::schema::SchemaLimits;

/// A search that is ready to stand for whatever tools there are.
#[derive(Debug)]
pub struct StandIn {
    search: Arc<ToolSearch>,
    searching: Arc<ToolEntry>,
    calling: Arc<ToolEntry>,
    told: Once,
}

impl StandIn {
    /// Makes the two tools.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if both have the same name or nothing could be found; [`ErrorKind::InvalidDescriptor`] if a
    /// tool cannot have such a name.
    pub fn new(search: ToolSearch, limits: &SchemaLimits) -> Result<Self> {
        let wrong = |message: String| Err(Error::new(ErrorKind::Configuration, message));
        if search.search_tool == search.call_tool {
            return wrong(format!(
                "the tools that search and that call are both named {:?}",
                search.call_tool
            ));
        }
        if search.max_results == 0 {
            return wrong(
                "a search for tools that finds at most 0 finds nothing; give at least 1".to_owned(),
            );
        }
        let entry = |tool| {
            // Who dispatches calls answers these.
            let nobody =
                from_function(|_| async { Err(Failure::new(FailureKind::Internal, "internal error")) });
            ToolEntry::new(tool, nobody, limits).map(Arc::new)
        };
        let (searching, calling) = (entry(search.searching())?, entry(search.calling())?);
        Ok(Self { search: Arc::new(search), searching, calling, told: Once::new() })
    }

    /// The tools with the two that stand for them at the end. All but those that are always visible are no longer listed. A tool
    /// with the name of one of the two is not there any more.
    #[must_use]
    pub fn stand_in(&self, mut tools: Vec<Arc<ToolEntry>>) -> Vec<Arc<ToolEntry>> {
        tools.retain(|entry| {
            let is_hidden =
                [&self.searching, &self.calling].iter().any(|own| own.tool.name == entry.tool.name);
            if is_hidden {
                self.told.call_once(|| {
                    tracing::warn!(
                        tool = %entry.tool.name,
                        "a tool has the name of one that a search for tools adds; give one of them another"
                    );
                });
            }
            !is_hidden
        });
        let stand_ins = [&self.searching, &self.calling].map(Arc::clone);
        let findable = Arc::new(Findable::among(&self.search, stand_ins, &tools));
        for entry in &mut tools {
            if entry.listed && !self.search.is_pinned(entry) {
                *entry = Arc::new(ToolEntry { listed: false, ..ToolEntry::clone(entry) });
            }
        }
        for (own, role) in [(&self.searching, SearchRole::Search), (&self.calling, SearchRole::Call)] {
            let search = Some(Arc::new(SearchPart { role, findable: Arc::clone(&findable) }));
            tools.push(Arc::new(ToolEntry { search, ..ToolEntry::clone(own) }));
        }
        tools
    }
}

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
