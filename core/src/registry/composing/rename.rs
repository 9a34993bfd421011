//! Other names and words for single items.

use std::collections::HashMap;

use crate::json::RawJson;
use crate::model::CommonFields;

/// What becomes of one item; what is not said stays.
#[derive(Debug, Clone, Default)]
pub struct Reworded {
    /// Another name.
    pub name: Option<String>,
    /// Another title.
    pub title: Option<String>,
    /// Another description.
    pub description: Option<String>,
    /// Other tags.
    pub tags: Option<Vec<String>>,
    /// Another `_meta`, a JSON object.
    pub meta: Option<RawJson>,
    /// Whether it is offered.
    pub enabled: Option<bool>,
}

impl Reworded {
    /// Another name and nothing else.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }

    pub(super) fn applied_to(&self, common: &CommonFields) -> CommonFields {
        let mut common = common.clone();
        let Self { title, description, tags, meta, .. } = self.clone();
        common.title = title.or(common.title);
        common.description = description.or(common.description);
        common.tags = tags.unwrap_or(common.tags);
        common.meta = meta.or(common.meta);
        common
    }
}

/// What becomes of tools and prompts, by the names they have so far.
#[derive(Debug, Clone, Default)]
pub struct Rename {
    /// Of tools.
    pub tools: HashMap<String, Reworded>,
    /// Of prompts.
    pub prompts: HashMap<String, Reworded>,
}
