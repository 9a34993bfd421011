//! What the server says of itself, rendered once.

use std::collections::HashMap;

use crate::eras::items::{Object, write_implementation};
use crate::eras::legacy::tasks::{CAPABILITY, CAPABILITY_WITHOUT_LIST};
use crate::eras::meta::SERVER_INFO;
use crate::json::{self, RawJson};
use crate::model::{CacheHint, Capabilities, Implementation, ListKind, Offer, OperationKind};
use crate::protocol_version::ProtocolVersion;
use crate::registry::Snapshot;

/// Identity, instructions, capabilities and cache hints of a server.
#[derive(Debug)]
pub struct Profile {
    /// Who it is.
    pub implementation: Implementation,
    /// Guidance for the model.
    pub instructions: Option<String>,
    /// What it offers.
    pub capabilities: Capabilities,
    /// How long results of each kind of operation may be kept.
    pub cache_hints: HashMap<OperationKind, CacheHint>,
    /// How long the description of the server may be kept (G-3).
    pub description_cache: CacheHint,
    /// Whether what functions raised is for the log alone.
    masks_errors: bool,
    /// `"…/serverInfo":{…}`: the member that goes into `_meta` of every modern result (META-3).
    server_info: String,
}

impl Profile {
    /// Renders what can be rendered ahead.
    #[must_use]
    pub fn new(
        implementation: Implementation,
        instructions: Option<String>,
        capabilities: Capabilities,
        cache_hints: HashMap<OperationKind, CacheHint>,
        description_cache: CacheHint,
    ) -> Self {
        let mut server_info = format!("\"{SERVER_INFO}\":");
        write_implementation(&mut server_info, &implementation, ProtocolVersion::NEWEST.features());
        Self {
            implementation,
            instructions,
            capabilities,
            cache_hints,
            description_cache,
            masks_errors: false,
            server_info,
        }
    }

    /// The same, where what functions raised may be for the log alone.
    #[must_use]
    pub const fn masking_errors(mut self, masks: bool) -> Self {
        self.masks_errors = masks;
        self
    }

    /// Whether what functions raised is for the log alone.
    #[must_use]
    pub const fn masks_errors(&self) -> bool {
        self.masks_errors
    }

    /// `"…/serverInfo":{…}`.
    #[must_use]
    pub fn server_info(&self) -> &str {
        &self.server_info
    }

    /// The hint for results of this kind.
    #[must_use]
    pub fn cache_hint(&self, kind: OperationKind) -> CacheHint {
        self.cache_hints.get(&kind).copied().unwrap_or_default()
    }

    /// Whether the server answers operations of this kind (RPC-19). What the author handles as a whole method is offered
    /// whatever was declared.
    #[must_use]
    pub fn offers(&self, kind: OperationKind, snapshot: &Snapshot) -> bool {
        let capabilities = &self.capabilities;
        let declared = match kind {
            OperationKind::ListTools | OperationKind::CallTool => capabilities.tools != Offer::Never,
            OperationKind::ListPrompts | OperationKind::GetPrompt => capabilities.prompts != Offer::Never,
            OperationKind::ListResources
            | OperationKind::ListResourceTemplates
            | OperationKind::ReadResource => capabilities.resources != Offer::Never,
            OperationKind::Subscribe | OperationKind::Unsubscribe => {
                capabilities.subscribe && capabilities.resources != Offer::Never
            }
            OperationKind::Complete => capabilities.completions && snapshot.completes(),
            OperationKind::SetLogLevel => self.passes_messages_on(),
            OperationKind::Watch | OperationKind::Ping => true,
            OperationKind::Custom => false,
        };
        declared || handled_whole(kind, snapshot)
    }

    /// Whether messages of calls are passed on. Also where no handler was known to say any: one that asks for the call in
    /// flight from afar can.
    #[must_use]
    pub fn passes_messages_on(&self) -> bool {
        self.capabilities.logging != Offer::Never
    }

    /// Whether clients are told that there may be log messages (LOG-1).
    #[must_use]
    pub fn tells_of_logging(&self, snapshot: &Snapshot) -> bool {
        self.capabilities.logging.is_told(snapshot.can_log())
            || handled_whole(OperationKind::SetLogLevel, snapshot)
    }

    /// Whether an extension is declared, by either name.
    #[must_use]
    pub fn has_extensions(&self, version: ProtocolVersion, snapshot: &Snapshot) -> bool {
        let declared = &self.capabilities;
        declared.extensions.is_some()
            || declared.experimental.is_some()
            || snapshot.extensions(version).next().is_some()
    }

    /// The server's capabilities as JSON. `changes` says whether the peer can be told of changes at all.
    pub fn write_capabilities(
        &self,
        out: &mut String,
        version: ProtocolVersion,
        snapshot: &Snapshot,
        changes: bool,
    ) {
        let declared = &self.capabilities;
        let list_changed = declared.list_changed && changes;
        let subscribe = declared.subscribe && changes;
        let mut object = Object::begin(out);
        object.optional_raw(true, "experimental", declared.experimental.as_ref());
        write_extensions(&mut object, declared.extensions.as_ref(), snapshot, version);
        let told = |offer: Offer, registered, kinds: &[OperationKind]| {
            offer.is_told(registered) || kinds.iter().any(|kind| handled_whole(*kind, snapshot))
        };
        if self.tells_of_logging(snapshot) {
            object.raw("logging", "{}");
        }
        if version.features().requested_tasks && snapshot.has_had_tasks() {
            object.raw("tasks", if changes { CAPABILITY } else { CAPABILITY_WITHOUT_LIST });
        }
        if version.features().completions_capability && self.offers(OperationKind::Complete, snapshot) {
            object.raw("completions", "{}");
        }
        let change_of_list = if list_changed { r#"{"listChanged":true}"# } else { "{}" };
        let prompts = [OperationKind::ListPrompts];
        if told(declared.prompts, snapshot.has_had(ListKind::Prompts), &prompts) {
            object.raw("prompts", change_of_list);
        }
        let resources = [OperationKind::ListResources, OperationKind::ReadResource];
        if told(declared.resources, snapshot.has_had(ListKind::Resources), &resources) {
            let text = match (subscribe, list_changed) {
                (true, true) => r#"{"subscribe":true,"listChanged":true}"#,
                (true, false) => r#"{"subscribe":true}"#,
                (false, _) => change_of_list,
            };
            object.raw("resources", text);
        }
        let tools = [OperationKind::ListTools, OperationKind::CallTool];
        if told(declared.tools, snapshot.has_had(ListKind::Tools), &tools) {
            object.raw("tools", change_of_list);
        }
        object.end();
    }
}

/// The extensions that the author declared, and those that came with what is registered.
fn write_extensions(
    object: &mut Object<'_>,
    declared: Option<&RawJson>,
    snapshot: &Snapshot,
    version: ProtocolVersion,
) {
    let is_the_author_s = |identifier: &str| {
        declared.is_some_and(|declared| json::member(declared.as_str(), identifier).is_some())
    };
    let mut others =
        snapshot.extensions(version).filter(|(identifier, _)| !is_the_author_s(identifier)).peekable();
    if others.peek().is_none() {
        object.optional_raw(true, "extensions", declared);
        return;
    }
    let mut members = Object::begin(object.name("extensions"));
    for (identifier, settings) in declared.into_iter().flat_map(|declared| json::members(declared.as_str())) {
        members.foreign(&identifier, settings);
    }
    for (identifier, settings) in others {
        members.raw(identifier, settings.as_str());
    }
    members.end();
}

/// Whether the author handles the method of this kind as a whole.
fn handled_whole(kind: OperationKind, snapshot: &Snapshot) -> bool {
    method_name(kind).is_some_and(|name| snapshot.method(name).is_some())
}

/// The method an operation of this kind is asked for by, in whichever era has it.
#[must_use]
pub const fn method_name(kind: OperationKind) -> Option<&'static str> {
    Some(match kind {
        OperationKind::ListTools => "tools/list",
        OperationKind::ListPrompts => "prompts/list",
        OperationKind::ListResources => "resources/list",
        OperationKind::ListResourceTemplates => "resources/templates/list",
        OperationKind::CallTool => "tools/call",
        OperationKind::ReadResource => "resources/read",
        OperationKind::GetPrompt => "prompts/get",
        OperationKind::Complete => "completion/complete",
        OperationKind::SetLogLevel => "logging/setLevel",
        OperationKind::Subscribe => "resources/subscribe",
        OperationKind::Unsubscribe => "resources/unsubscribe",
        OperationKind::Watch => "subscriptions/listen",
        OperationKind::Ping => "ping",
        OperationKind::Custom => return None,
    })
}
