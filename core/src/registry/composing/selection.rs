//! Which items a transform is about.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::ItemKind;
use super::version_order::compare_versions;
use crate::model::CommonFields;

/// A range of versions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VersionRange {
    /// This one or a higher one.
    pub gte: Option<String>,
    /// A lower one.
    pub lt: Option<String>,
    /// This one.
    pub eq: Option<String>,
}

impl VersionRange {
    /// Whether this version is in it.
    #[must_use]
    pub fn has(&self, version: &str) -> bool {
        let order = |bound: &String| compare_versions(Some(version), Some(bound));
        self.gte.as_ref().is_none_or(|bound| order(bound) != Ordering::Less)
            && self.lt.as_ref().is_none_or(|bound| order(bound) == Ordering::Less)
            && self.eq.as_ref().is_none_or(|bound| order(bound) == Ordering::Equal)
    }
}

/// One item, in one version or in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemKey {
    /// What it is.
    pub kind: ItemKind,
    /// Its name, URI or template.
    pub name: String,
    /// In this version; the empty one is that of items without one.
    pub version: Option<String>,
}

/// Items by what they are: all that is said must be so. Nothing said is about all.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Names of tools and prompts, names and URIs of resources and resource templates.
    pub names: Option<HashSet<String>>,
    /// These ones.
    pub keys: Option<Vec<ItemKey>>,
    /// Items with one of these tags.
    pub tags: Option<HashSet<String>>,
    /// Items of these kinds.
    pub kinds: Option<Vec<ItemKind>>,
    /// Items with a version that is in this range; never those without one.
    pub versions: Option<VersionRange>,
}

impl Selection {
    pub(in crate::registry) fn has(&self, kind: ItemKind, names: [&str; 2], common: &CommonFields) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
            && self.names.as_ref().is_none_or(|wanted| names.iter().any(|name| wanted.contains(*name)))
            && self.keys.as_ref().is_none_or(|keys| {
                let version = common.version.as_deref().unwrap_or_default();
                keys.iter().any(|key| {
                    key.kind == kind
                        && key.name == names[0]
                        && key.version.as_deref().is_none_or(|wanted| wanted == version)
                })
            })
            && self.tags.as_ref().is_none_or(|wanted| common.tags.iter().any(|tag| wanted.contains(tag)))
            && self
                .versions
                .as_ref()
                .is_none_or(|range| common.version.as_deref().is_some_and(|version| range.has(version)))
    }
}
