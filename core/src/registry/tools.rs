//! Tools: what can be called.

use std::fmt;
use std::sync::Arc;

use super::apps::view_in;
use super::composing::{Adopting, Offered, stand_in};
use super::pages::{Item, Listed};
use super::shelf::{Served, Shelf};
use super::validation::{self, invalid};
use super::{
    ItemKind, Namespace, Provenance, Registry, ResultBudget, SearchPart, Snapshot, StandIn, Transform,
};
use crate::error::{Error, ErrorKind, Result};
use crate::handler::Handler;
use crate::json::RawJson;
use crate::model::{CommonFields, ListKind, TaskSupport, Tool};
use crate::schema::{
    CompiledSchema, HeaderParameter, SchemaLimits, header_parameters, understood_alike, without_references,
};

/// A registered tool, ready to be called. Cloning copies its description, not what is compiled.
#[derive(Clone)]
pub struct ToolEntry {
    /// What its author wrote, or what a transform made of it.
    pub tool: Tool,
    /// The name its handler knows it by, for every call to share.
    pub name: Arc<str>,
    /// Checks arguments.
    pub input: Arc<CompiledSchema>,
    /// Checks structured results.
    pub output: Option<Arc<CompiledSchema>>,
    /// The arguments that are mirrored in headers (PARAM-1).
    pub header_parameters: Vec<HeaderParameter>,
    /// Whether calls may become tasks.
    pub tasks: TaskSupport,
    /// What its results are held to.
    pub budget: Option<Arc<ResultBudget>>,
    /// Whether it is listed; one that is not can still be called by those who know it.
    pub listed: bool,
    /// What it is to a search for tools, if it is one of the two that stand for others.
    pub search: Option<Arc<SearchPart>>,
    /// Where it comes from, and who may see it.
    pub provenance: Provenance,
    /// What runs.
    pub handler: Arc<dyn Handler>,
}

impl Registry {
    /// Offers a tool.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyRegistered`] when the name is taken; [`ErrorKind::InvalidDescriptor`] or
    /// [`ErrorKind::InvalidSchema`] when the tool cannot work as described (TOOL-4, PARAM-13). A name that others may
    /// refuse is only warned about (TOOL-5).
    pub fn add_tool(&self, tool: Tool, handler: Arc<dyn Handler>) -> Result<()> {
        let entry = ToolEntry::new(tool, handler, &self.0.schema_limits)?;
        let tasks = entry.tasks;
        self.add(entry)?;
        if tasks != TaskSupport::Forbidden {
            self.note_tasks();
        }
        Ok(())
    }

    /// Offers a tool in the place of the one with its name; at the end of the list if there is none. A tool that was
    /// disabled stays disabled.
    ///
    /// # Errors
    /// As [`add_tool`](Self::add_tool), except that the name may be taken.
    pub fn replace_tool(&self, tool: Tool, handler: Arc<dyn Handler>) -> Result<()> {
        let entry = ToolEntry::new(tool, handler, &self.0.schema_limits)?;
        if entry.tasks != TaskSupport::Forbidden {
            self.note_tasks();
        }
        self.replace(entry);
        Ok(())
    }

    /// Stops offering a tool. Returns whether it was there.
    pub fn remove_tool(&self, name: &str) -> bool {
        self.remove::<ToolEntry>(name, None)
    }

    /// Hides a tool from lists and calls, or shows it again in its old place. Returns whether it is there.
    pub fn set_tool_enabled(&self, name: &str, enabled: bool) -> bool {
        self.set_enabled::<ToolEntry>(name, enabled, None)
    }
}

impl Snapshot {
    /// The name of the first tool that is so.
    pub fn tool_that(&self, is_so: impl Fn(&ToolEntry) -> bool) -> Option<&str> {
        self.tools
            .enabled()
            .map(|(_, entry)| entry)
            .find(|entry| is_so(entry))
            .map(|entry| entry.tool.name.as_str())
    }

    /// The tool with this name.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&Arc<ToolEntry>> {
        self.tools.get(name)
    }
}

impl ToolEntry {
    pub(super) fn new(mut tool: Tool, handler: Arc<dyn Handler>, limits: &SchemaLimits) -> Result<Self> {
        validation::key("the name of a tool", &tool.name)?;
        let item = format!("the tool {:?}", tool.name);
        validation::common(&item, &tool.common)?;
        validation::object(&item, "execution", tool.execution.as_ref())?;
        if !is_portable(&tool.name) {
            // Front ends tell their authors.
            tracing::debug!(
                tool = %tool.name,
                "a tool name should have 1 to 128 characters of A-Z a-z 0-9 _ . -; some clients will not call this one"
            );
        }
        let compile = |schema: &RawJson, member: &str| {
            CompiledSchema::compile(schema, limits)
                .map(Arc::new)
                .map_err(|error| about(&format!("{member} of {item}"), error))
        };
        let advertised = compile(&tool.input_schema, "the input schema")?;
        let input = match &tool.accepted_schema {
            Some(accepted) => compile(accepted, "the schema of what is accepted")?,
            None => advertised,
        };
        if !has_object_root(&tool.input_schema) {
            return Err(invalid(format!(
                "the input schema of {item} must have \"type\": \"object\" at its root"
            )));
        }
        if let Some(schema) = tool.output_schema.as_ref().and_then(understood_alike) {
            tool.output_schema = Some(schema);
        }
        let output =
            tool.output_schema.as_ref().map(|schema| compile(schema, "the output schema")).transpose()?;
        let header_parameters = header_parameters(&tool.input_schema)
            .map_err(|error| about(&format!("an x-mcp-header in the input schema of {item}"), error))?;
        let tasks = TaskSupport::of(tool.execution.as_ref());
        Ok(Self {
            name: tool.name.as_str().into(),
            tool,
            input,
            output,
            header_parameters,
            tasks,
            budget: None,
            listed: true,
            search: None,
            provenance: Provenance::default(),
            handler,
        })
    }
}

impl ToolEntry {
    /// Whether somebody says, request by request, who may see it.
    #[must_use]
    pub const fn is_gated(&self) -> bool {
        !self.provenance.gates.is_empty()
    }

    /// The tool with schemas that say where they stand what they otherwise refer to; nothing if they refer to nothing, or cannot
    /// be written so in this many bytes each.
    #[must_use]
    pub fn without_references(&self, max_bytes: usize) -> Option<Self> {
        let input = without_references(&self.tool.input_schema, max_bytes);
        let output =
            self.tool.output_schema.as_ref().and_then(|schema| without_references(schema, max_bytes));
        if input.is_none() && output.is_none() {
            return None;
        }
        let mut entry = self.clone();
        entry.tool.input_schema = input.unwrap_or(entry.tool.input_schema);
        entry.tool.output_schema = output.or(entry.tool.output_schema);
        Some(entry)
    }

    /// The tool with results that are held to a budget.
    #[must_use]
    pub fn within(&self, budget: &Arc<ResultBudget>) -> Self {
        let mut entry = Self { budget: Some(Arc::clone(budget)), ..self.clone() };
        if let Some(earlier) = &self.budget {
            earlier.take_back(&mut entry.tool);
        }
        if let Some(told) = budget.told(&entry.tool) {
            entry.tool = told;
        }
        entry
    }
}

/// The same error, saying whose it is.
fn about(subject: &str, error: Error) -> Error {
    let kind = match error.kind() {
        ErrorKind::InvalidSchema => ErrorKind::InvalidSchema,
        _ => ErrorKind::InvalidDescriptor,
    };
    Error::new(kind, format!("{subject} cannot be used")).caused_by(error)
}

/// Whether every client can be expected to take the name (TOOL-5).
fn is_portable(name: &str) -> bool {
    name.len() <= 128 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

/// Whether the schema says `"type": "object"` itself (TOOL-4).
fn has_object_root(schema: &RawJson) -> bool {
    schema.to_value().is_ok_and(|schema| schema.get("type").is_some_and(|kind| kind == "object"))
}

impl Listed for ToolEntry {
    const KIND: ItemKind = ItemKind::Tool;
    const LIST: ListKind = ListKind::Tools;
    const NOUN: &'static str = "tool";

    fn key(&self) -> &str {
        &self.tool.name
    }

    fn name(&self) -> &str {
        &self.tool.name
    }

    fn common(&self) -> &CommonFields {
        &self.tool.common
    }

    fn has_requirements(&self) -> bool {
        self.tool.common.requires.is_some() || self.tool.limits.as_ref().is_some_and(|limits| limits.counts())
    }

    fn item(&self) -> Item<'_> {
        Item::Tool(&self.tool)
    }

    fn is_listed(&self) -> bool {
        self.listed
    }

    fn reworded(&self, name: Option<&str>, common: CommonFields) -> Self {
        let mut entry = self.clone();
        if let Some(name) = name {
            name.clone_into(&mut entry.tool.name);
        }
        entry.tool.common = common;
        entry
    }

    fn in_namespace(&self, namespace: &Namespace) -> Result<Self> {
        let mut entry = self.clone();
        entry.tool.name = namespace.name(&self.tool.name);
        entry.provenance.enter(namespace);
        if let Some(meta) = self.tool.common.meta.as_ref().and_then(|meta| view_in(meta, namespace)) {
            entry.tool.common.meta = Some(meta);
        }
        Ok(entry)
    }

    fn mounted(&self, adopt: Adopting<'_>, _completion: Option<&Arc<dyn Handler>>) -> Self {
        let search = self.search.as_ref().map(|part| {
            let findable = part.findable.each(|entry| entry.mounted(adopt, None));
            Arc::new(SearchPart { role: part.role, findable: Arc::new(findable) })
        });
        Self { handler: adopt(&self.handler), search, ..self.clone() }
    }

    fn transformed(&self, transform: &Transform) -> Option<Self> {
        match transform {
            Transform::InlineReferences { max_bytes } => self.without_references(*max_bytes),
            Transform::ResultBudget { budget, tools } => {
                let is_meant = tools.as_ref().is_none_or(|tools| tools.contains(&self.tool.name));
                is_meant.then(|| self.within(budget))
            }
            _ => None,
        }
    }

    fn stood_for(served: Served<Self>, search: &StandIn) -> Served<Self> {
        stand_in(served, search)
    }

    fn transform_found(items: &mut [Offered<Self>], transform: &Transform) {
        super::tool_search::transform_searches(items, transform);
    }

    fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    fn provenance_mut(&mut self) -> &mut Provenance {
        &mut self.provenance
    }

    fn shelf(snapshot: &Snapshot) -> &Arc<Shelf<Self>> {
        &snapshot.tools
    }

    fn shelf_mut(snapshot: &mut Snapshot) -> &mut Arc<Shelf<Self>> {
        &mut snapshot.tools
    }
}

impl fmt::Debug for ToolEntry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ToolEntry").field("tool", &self.tool).finish_non_exhaustive()
    }
}
