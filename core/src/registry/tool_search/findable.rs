//! What a search for tools finds, and what is called through it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use serde_json::json;

use super::index::{Index, for_each_text};
use super::{SearchBy, SearchPart, SearchRole, ToolSearch, is_for_models};
use crate::registry::ToolEntry;
use crate::registry::composing::{Offered, Transform};

/// The longest pattern that is tried.
const MAX_PATTERN_LENGTH: usize = 1000;

/// The tools that can be found, and those that can be called.
#[derive(Debug)]
pub struct Findable {
    search: Arc<ToolSearch>,
    /// The two that stand for the others, by which their names are known.
    stand_ins: [Arc<ToolEntry>; 2],
    callable: Vec<Callable>,
    /// The places among them by name.
    places: HashMap<Arc<str>, usize>,
    /// Made by the first who searches.
    index: OnceLock<Index>,
}

#[derive(Debug, Clone)]
struct Callable {
    entry: Arc<ToolEntry>,
    /// Whether it is found, too: what a model sees anyway is not.
    is_found: bool,
}

impl Findable {
    /// Of these tools, in the order of the list, a model finds those that it may see and does not see yet, and may call those as
    /// well that it sees.
    pub(super) fn among(
        search: &Arc<ToolSearch>,
        stand_ins: [Arc<ToolEntry>; 2],
        tools: &[Arc<ToolEntry>],
    ) -> Self {
        let seen = tools.iter().filter(|entry| entry.listed && is_for_models(&entry.tool));
        let callable =
            seen.map(|entry| Callable { entry: Arc::clone(entry), is_found: !search.is_pinned(entry) });
        Self::new(Arc::clone(search), stand_ins, callable.collect())
    }

    fn new(search: Arc<ToolSearch>, stand_ins: [Arc<ToolEntry>; 2], callable: Vec<Callable>) -> Self {
        let mut places = HashMap::with_capacity(callable.len());
        for (place, one) in callable.iter().enumerate() {
            // What has a name first keeps it.
            places.entry(one.entry.tool.name.as_str().into()).or_insert(place);
        }
        Self { search, stand_ins, callable, places, index: OnceLock::new() }
    }

    /// The tool that is called by this name.
    #[must_use]
    pub fn called(&self, name: &str) -> Option<&Arc<ToolEntry>> {
        Some(&self.callable.get(*self.places.get(name)?)?.entry)
    }

    /// How tools are found.
    #[must_use]
    pub fn search(&self) -> &ToolSearch {
        &self.search
    }

    /// The tools that fit what a search was given, all of them, in order.
    ///
    /// # Errors
    /// What is wrong with it, in words for the model that said it.
    pub fn find(&self, given: &str) -> Result<Vec<&Arc<ToolEntry>>, String> {
        let argument = self.search.argument();
        if given.trim().is_empty() {
            return Err(format!("{argument} is empty: say in a few words what the tool should do"));
        }
        match self.search.by {
            SearchBy::Words => {
                let index = self.index.get_or_init(|| Index::of(self.found().map(|entry| &entry.tool)));
                let found: Vec<_> = self.found().collect();
                Ok(index.ranked(given).into_iter().filter_map(|place| found.get(place).copied()).collect())
            }
            SearchBy::Pattern => self.matching(given),
        }
    }

    fn found(&self) -> impl Iterator<Item = &Arc<ToolEntry>> {
        self.callable.iter().filter(|one| one.is_found).map(|one| &one.entry)
    }

    fn matching(&self, pattern: &str) -> Result<Vec<&Arc<ToolEntry>>, String> {
        if pattern.len() > MAX_PATTERN_LENGTH {
            return Err(format!("pattern is longer than {MAX_PATTERN_LENGTH} characters"));
        }
        let insensitive = format!("(?im){pattern}");
        let Ok(matcher) = oxmcp_validator::compile(&json!({"pattern": insensitive}), None) else {
            let flaw = oxmcp_validator::pattern_flaw(pattern);
            let why = flaw.unwrap_or_else(|| "look-around and references back are not supported".to_owned());
            return Err(format!("pattern cannot be used: {why}"));
        };
        let fits = |entry: &&Arc<ToolEntry>| {
            let mut text = String::new();
            for_each_text(&entry.tool, |_, part| {
                text.push_str(part);
                text.push('\n');
            });
            matcher.is_valid(&text.into())
        };
        Ok(self.found().filter(fits).collect())
    }
}

impl Findable {
    /// The same search among some of the tools.
    pub(in crate::registry) fn those(&self, are: impl Fn(&ToolEntry) -> bool) -> Self {
        let callable = self.callable.iter().filter(|one| are(&one.entry)).cloned().collect();
        Self::new(Arc::clone(&self.search), self.stand_ins.clone(), callable)
    }

    /// The same search among what becomes of each tool.
    pub(in crate::registry) fn each(&self, change: impl Fn(&ToolEntry) -> ToolEntry) -> Self {
        let changed =
            |one: &Callable| Callable { entry: Arc::new(change(&one.entry)), is_found: one.is_found };
        let callable = self.callable.iter().map(changed).collect();
        Self::new(Arc::clone(&self.search), self.stand_ins.clone(), callable)
    }

    /// The same search among what a transform makes of the tools, by the names that it gives the two that stand for them.
    fn transformed(&self, transform: &Transform) -> Self {
        let own = self.stand_ins.len();
        let all = self.stand_ins.iter().chain(self.callable.iter().map(|one| &one.entry));
        let offered = |(source, entry): (usize, &Arc<ToolEntry>)| Offered {
            entry: Arc::clone(entry),
            enabled: true,
            source,
        };
        let mut items: Vec<Offered<ToolEntry>> = all.enumerate().map(offered).collect();
        transform.apply_to_each(&mut items);
        let mut stand_ins = self.stand_ins.clone();
        let mut callable = Vec::with_capacity(items.len());
        for Offered { entry, enabled, source } in items {
            if let Some(stand_in) = stand_ins.get_mut(source) {
                *stand_in = entry;
            } else if enabled && let Some(was) = self.callable.get(source - own) {
                callable.push(Callable { entry, is_found: was.is_found });
            }
        }
        let [search_tool, call_tool] = [0, 1].map(|part: usize| stand_ins[part].tool.name.clone());
        let search = ToolSearch { search_tool, call_tool, ..ToolSearch::clone(&self.search) };
        Self::new(Arc::new(search), stand_ins, callable)
    }
}

/// Has the searches among these tools find what the transform makes of what they found, and say so by the names it gives.
pub(in crate::registry) fn transform_searches(items: &mut [Offered<ToolEntry>], transform: &Transform) {
    // The two parts of a search share what they find.
    let mut done: Vec<(Arc<Findable>, Arc<Findable>)> = Vec::new();
    for item in items {
        let Some(part) = &item.entry.search else { continue };
        let known = done.iter().find(|(was, _)| Arc::ptr_eq(was, &part.findable));
        let findable = match known {
            Some((_, is)) => Arc::clone(is),
            None => {
                let made = Arc::new(part.findable.transformed(transform));
                done.push((Arc::clone(&part.findable), Arc::clone(&made)));
                made
            }
        };
        let [was, is] = [&part.findable, &findable].map(|findable| description(findable.search(), part.role));
        let search = Some(Arc::new(SearchPart { role: part.role, findable }));
        let mut entry = ToolEntry { search, ..ToolEntry::clone(&item.entry) };
        // Words of somebody else's stay.
        if entry.tool.common.description == was {
            entry.tool.common.description = is;
        }
        item.entry = Arc::new(entry);
    }
}

fn description(search: &ToolSearch, role: SearchRole) -> Option<String> {
    let tool = match role {
        SearchRole::Search => search.searching(),
        SearchRole::Call => search.calling(),
    };
    tool.common.description
}
