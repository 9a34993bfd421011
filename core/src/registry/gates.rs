//! What each caller may see, where the author says so request by request.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use super::pages::Listed;
use super::shelf::Shelf;
use super::{ItemKind, Registry, SearchPart, Snapshot, ToolEntry};
use crate::handler::Handler;
use crate::model::{CompletionReference, Operation, Requirements};

/// Whoever says who may see an item.
#[derive(Clone)]
pub(super) struct Gate {
    pub judge: Arc<dyn Handler>,
    /// What the judge knows the item by.
    pub key: Arc<str>,
}

/// What a judge is asked for a request: of these items, which may its caller see?
pub struct Asking {
    /// Who is asked: with the method `oxmcp/visible`, by [`Asking::arguments`](Self::arguments).
    pub judge: Arc<dyn Handler>,
    /// What the items are.
    pub kind: ItemKind,
    items: Vec<Judged>,
}

struct Judged {
    /// What the judge knows it by.
    key: Arc<str>,
    /// What it is found by here.
    place: String,
    tags: Vec<String>,
    version: Option<String>,
}

/// What is not to be seen.
#[derive(Debug, Default)]
pub struct Hidden(HashSet<(ItemKind, String)>);

impl Registry {
    /// Sets who says, for each request, which items of a kind its caller may see, of those registered here and of mounted ones; or
    /// nobody. It is invoked as a custom method `oxmcp/visible` with `{"kind", "keys": [..], "tags": [[..]..], "versions": [..]}`, and
    /// answers with `{"visible": [..]}`, a whole result: the keys of what may be seen. What may not is not listed, and unknown.
    /// Where it fails, the request fails.
    pub fn set_visible(&self, kind: ItemKind, judge: Option<Arc<dyn Handler>>) {
        self.compose(|composition| match judge {
            Some(judge) => drop(composition.judges.insert(kind, judge)),
            None => drop(composition.judges.remove(&kind)),
        });
        self.tell_lists();
    }
}

impl Snapshot {
    /// Whether somebody has to be asked what the caller of a request may see.
    #[must_use]
    pub const fn is_gated(&self) -> bool {
        self.gated
    }

    /// Whether anybody has a say before something is done: those who know what may be seen, or what stands around a method of a
    /// mounted server.
    #[must_use]
    pub const fn asks_first(&self) -> bool {
        self.gated || self.intercepted_within
    }

    /// What has to be asked before this can be done.
    #[must_use]
    pub fn asks(&self, operation: &Operation) -> Vec<Asking> {
        match operation {
            Operation::ListTools { .. } => asks(&self.tools, |_| true),
            Operation::CallTool { name, .. } => {
                let searches = self.tools.get(name).is_some_and(|entry| entry.search.is_some());
                asks(&self.tools, |entry| searches || entry.tool.name == *name)
            }
            Operation::ListPrompts { .. } => asks(&self.prompts, |_| true),
            Operation::GetPrompt { name, .. } => asks(&self.prompts, |entry| entry.prompt.name == *name),
            Operation::ListResources { .. } => asks(&self.resources, |_| true),
            Operation::ListResourceTemplates { .. } => asks(&self.resource_templates, |_| true),
            // Where the resource may not be seen, a template answers.
            Operation::ReadResource { .. } => {
                let mut all = asks(&self.resources, |_| true);
                all.extend(asks(&self.resource_templates, |_| true));
                all
            }
            Operation::Complete(asked) => match &asked.reference {
                CompletionReference::Prompt(name) => asks(&self.prompts, |entry| entry.prompt.name == *name),
                CompletionReference::Resource(_) => asks(&self.resource_templates, |_| true),
            },
            _ => Vec::new(),
        }
    }

    /// Whether an item is there, by its name, its URI or its template.
    #[must_use]
    pub fn offers(&self, kind: ItemKind, key: &str) -> bool {
        match kind {
            ItemKind::Tool => self.tools.get(key).is_some(),
            ItemKind::Prompt => self.prompts.get(key).is_some(),
            ItemKind::Resource => self.resources.get(&super::canonical_uri(key)).is_some(),
            ItemKind::ResourceTemplate => self.resource_templates.get(key).is_some(),
        }
    }

    /// Every item, listed or not, with what it asks of its callers.
    pub fn offered(&self) -> impl Iterator<Item = (ItemKind, &str, Option<&Requirements>)> {
        of(&self.tools)
            .chain(of(&self.prompts))
            .chain(of(&self.resources))
            .chain(of(&self.resource_templates))
    }

    /// The same without what is hidden; nobody has to be asked any more.
    #[must_use]
    pub fn without(&self, hidden: &Hidden) -> Self {
        let mut left = self.less(hidden);
        left.gated = false;
        left
    }

    /// The same without what is hidden. Whoever had to be asked before still has to be.
    #[must_use]
    pub fn less(&self, hidden: &Hidden) -> Self {
        let mut left = self.clone();
        if hidden.0.is_empty() {
            return left;
        }
        take_out(&mut left.tools, hidden);
        take_out(&mut left.prompts, hidden);
        take_out(&mut left.resources, hidden);
        take_out(&mut left.resource_templates, hidden);
        let searches =
            |entry: &Arc<ToolEntry>| entry.search.as_ref().map(|part| (Arc::clone(entry), Arc::clone(part)));
        let parts: Vec<_> = left.tools.enabled().filter_map(|(_, entry)| searches(entry)).collect();
        for (entry, part) in parts {
            let findable = part.findable.those(|entry| !hidden.has(ItemKind::Tool, &entry.tool.name));
            let search = Some(Arc::new(SearchPart { role: part.role, findable: Arc::new(findable) }));
            let key = entry.tool.name.as_str().into();
            let entry = Arc::new(ToolEntry { search, ..ToolEntry::clone(&entry) });
            Arc::make_mut(&mut left.tools).replace(key, entry, true);
        }
        left
    }
}

fn of<T: Listed>(shelf: &Shelf<T>) -> impl Iterator<Item = (ItemKind, &str, Option<&Requirements>)> {
    shelf.enabled().map(|(_, entry)| (T::KIND, entry.key(), entry.common().requires.as_deref()))
}

fn take_out<T: Listed>(shelf: &mut Arc<Shelf<T>>, hidden: &Hidden) {
    let keys: Vec<String> = shelf
        .enabled()
        .map(|(_, entry)| entry.key())
        .filter(|key| hidden.has(T::KIND, key))
        .map(ToOwned::to_owned)
        .collect();
    if !keys.is_empty() {
        let shelf = Arc::make_mut(shelf);
        for key in keys {
            shelf.remove(&key);
        }
    }
}

fn asks<T: Listed>(shelf: &Shelf<T>, is_meant: impl Fn(&T) -> bool) -> Vec<Asking> {
    let mut all: Vec<Asking> = Vec::new();
    for (_, entry) in shelf.enabled().filter(|(_, entry)| is_meant(entry)) {
        for gate in &entry.provenance().gates {
            let judged = Judged {
                key: Arc::clone(&gate.key),
                place: entry.key().to_owned(),
                tags: entry.common().tags.clone(),
                version: entry.common().version.clone(),
            };
            match all.iter_mut().find(|asking| Arc::ptr_eq(&asking.judge, &gate.judge)) {
                Some(asking) => asking.items.push(judged),
                None => {
                    let judge = Arc::clone(&gate.judge);
                    all.push(Asking { judge, kind: T::KIND, items: vec![judged] });
                }
            }
        }
    }
    all
}

impl Asking {
    /// What the judge is told: a JSON object.
    #[must_use]
    pub fn arguments(&self) -> serde_json::Value {
        let each = |value: fn(&Judged) -> serde_json::Value| self.items.iter().map(value).collect::<Vec<_>>();
        serde_json::json!({
            "kind": self.kind.name(),
            "keys": each(|item| (*item.key).into()),
            "tags": each(|item| item.tags.clone().into()),
            "versions": each(|item| item.version.clone().into()),
        })
    }

    /// Notes which may be seen: all others are hidden.
    pub fn note(&self, visible: &HashSet<String>, hidden: &mut Hidden) {
        for item in self.items.iter().filter(|item| !visible.contains(&*item.key)) {
            hidden.0.insert((self.kind, item.place.clone()));
        }
    }
}

impl Hidden {
    /// Hides one more.
    pub fn hide(&mut self, kind: ItemKind, key: &str) {
        self.0.insert((kind, key.to_owned()));
    }

    /// Whether everything is to be seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn has(&self, kind: ItemKind, key: &str) -> bool {
        self.0.contains(&(kind, key.to_owned()))
    }
}

impl fmt::Debug for Asking {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Asking").field("kind", &self.kind).finish_non_exhaustive()
    }
}
