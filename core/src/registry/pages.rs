//! Lists in pages, rendered once.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::composing::{Adopting, Offered};
use super::shelf::{Served, Shelf};
use super::{ItemKind, Namespace, Provenance, Snapshot, StandIn, Transform};
use crate::error::Result;
use crate::handler::Handler;
use crate::json::one_line;
use crate::model::{CommonFields, ListKind, Prompt, Resource, ResourceTemplate, Tool};
use crate::protocol_version::ProtocolVersion;

/// One of the lists that are given out in pages (PAG-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListPage {
    /// `tools/list`
    Tools,
    /// `prompts/list`
    Prompts,
    /// `resources/list`
    Resources,
    /// `resources/templates/list`
    ResourceTemplates,
}

impl ListPage {
    /// What stands for the list inside a cursor; never renumber. 5 and 6 are taken, see the room `skills`, and 7, see
    /// `engine/dispatch/further.rs`.
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Tools => 1,
            Self::Prompts => 2,
            Self::Resources => 3,
            Self::ResourceTemplates => 4,
        }
    }
}

/// An item of a list, to be rendered.
#[derive(Debug, Clone, Copy)]
pub enum Item<'a> {
    /// A tool.
    Tool(&'a Tool),
    /// A prompt.
    Prompt(&'a Prompt),
    /// A resource.
    Resource(&'a Resource),
    /// A resource template.
    ResourceTemplate(&'a ResourceTemplate),
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The items as JSON on one line, joined by commas, without the brackets around them.
    pub items: Arc<str>,
    /// Where the next page begins; absent on the last.
    pub next_cursor: Option<String>,
}

/// The cursor is not one that leads on from here (PAG-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadCursor;

impl fmt::Display for BadCursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(
            "invalid cursor: it is not from this list, or the list has changed; start again without one",
        )
    }
}

impl std::error::Error for BadCursor {}

/// What the four kinds of items have in common.
pub(super) trait Listed: Clone {
    /// Which of the four it is.
    const KIND: ItemKind;
    /// Whose change an edit is.
    const LIST: ListKind;
    /// What to call one in a sentence.
    const NOUN: &'static str;
    /// What it is found by.
    fn key(&self) -> &str;
    /// What people know it by.
    fn shown_key(&self) -> &str {
        self.key()
    }
    /// Its name; of a resource another one than its key.
    fn name(&self) -> &str;
    /// What it shares with the other kinds.
    fn common(&self) -> &CommonFields;
    /// Whether it asks something of its callers, or counts how often they come.
    fn has_requirements(&self) -> bool {
        self.common().requires.is_some()
    }
    /// What to render.
    fn item(&self) -> Item<'_>;
    /// Whether lists have it.
    fn is_listed(&self) -> bool {
        true
    }
    /// Under another name, if there is one, with other words. Its handler knows it as before.
    fn reworded(&self, name: Option<&str>, common: CommonFields) -> Self;
    /// In a namespace, where it was in none or in an inner one.
    ///
    /// # Errors
    /// It cannot be there: its template would be none.
    fn in_namespace(&self, namespace: &Namespace) -> Result<Self>;
    /// As a server has it in which its own is mounted, with `completion` for what its own server completes.
    fn mounted(&self, adopt: Adopting<'_>, completion: Option<&Arc<dyn Handler>>) -> Self;
    /// Where it comes from, and who may see it.
    fn provenance(&self) -> &Provenance;
    /// The same, to be changed.
    fn provenance_mut(&mut self) -> &mut Provenance;
    /// What a transform of this kind alone makes of it, if that is something else.
    fn transformed(&self, _transform: &Transform) -> Option<Self> {
        None
    }
    /// These items with what stands for them.
    fn stood_for(served: Served<Self>, _search: &StandIn) -> Served<Self> {
        served
    }
    /// Has what is found through some of the items be what this transform makes of it.
    fn transform_found(_items: &mut [Offered<Self>], _transform: &Transform) {}
    /// Where it is kept.
    fn shelf(snapshot: &Snapshot) -> &Arc<Shelf<Self>>;
    /// Where it is kept.
    fn shelf_mut(snapshot: &mut Snapshot) -> &mut Arc<Shelf<Self>>;
}

/// A list's text, one per protocol version, made when first asked for.
#[derive(Default)]
pub(super) struct PageCache([OnceLock<ListText>; ProtocolVersion::ALL.len()]);

impl PageCache {
    pub(super) fn of<I>(&self, version: ProtocolVersion, render: impl FnOnce() -> I) -> &ListText
    where
        I: Iterator<Item = (u64, String)>,
    {
        self.0[version.index()].get_or_init(|| ListText::new(render()))
    }
}

/// All items of a list, joined, and where each of them is. A page is a piece of it, wherever it begins: a cursor from
/// before an edit costs no more than one from after.
pub(super) struct ListText {
    text: Arc<str>,
    marks: Vec<Mark>,
}

struct Mark {
    place: u64,
    start: usize,
    end: usize,
}

impl ListText {
    fn new(items: impl Iterator<Item = (u64, String)>) -> Self {
        let mut text = String::new();
        let mut marks = Vec::new();
        for (place, item) in items.filter(|(_, item)| !item.is_empty()) {
            if !text.is_empty() {
                text.push(',');
            }
            let start = text.len();
            text.push_str(&item);
            marks.push(Mark { place, start, end: text.len() });
        }
        // A break is one byte, and so is what is put in its place.
        Self { text: one_line(text).into(), marks }
    }

    /// The items after a place, `size` of them at most, and the place of the last one if more follow.
    pub(super) fn slice(&self, after: Option<u64>, size: Option<usize>) -> (Arc<str>, Option<u64>) {
        let first = after.map_or(0, |after| self.marks.partition_point(|mark| mark.place <= after));
        let rest = &self.marks[first..];
        let page = &rest[..size.unwrap_or(usize::MAX).min(rest.len())];
        let (Some(begin), Some(last)) = (page.first(), page.last()) else { return (Arc::from(""), None) };
        let items = if page.len() == self.marks.len() {
            Arc::clone(&self.text)
        } else {
            self.text[begin.start..last.end].into()
        };
        (items, (page.len() < rest.len()).then_some(last.place))
    }
}
