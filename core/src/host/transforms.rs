//! Transforms and mounts as front ends write them: JSON.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::descriptors::read;
use crate::error::{Error, ErrorKind, Result};
use crate::json::RawJson;
use crate::registry::{
    Adopt, ItemKey, ItemKind, MountOptions, Namespace, Rename, ResultBudget, Reworded, SearchBy,
    SearchResults, Selection, StandIn, ToolSearch, Transform, VersionRange,
};
use crate::schema::SchemaLimits;

/// How long a schema may become by references that are written out, where nobody says.
const MAX_INLINED_BYTES: usize = 64 << 10;

/// `"tool"`, `"prompt"`, `"resource"` or `"resource_template"`.
#[must_use]
pub fn item_kind(name: &str) -> Option<ItemKind> {
    Some(match name {
        "tool" => ItemKind::Tool,
        "prompt" => ItemKind::Prompt,
        "resource" => ItemKind::Resource,
        "resource_template" => ItemKind::ResourceTemplate,
        _ => return None,
    })
}

/// A list of transforms.
///
/// # Errors
/// As [`transform`], of the first that cannot be.
pub fn transforms(text: &str, limits: &SchemaLimits) -> Result<Vec<Transform>> {
    let list: Vec<&RawValue> = read("the transforms", text)?;
    list.into_iter().map(|text| transform(text.get(), limits)).collect()
}

/// A transform: an object whose `type` says which.
///
/// # Errors
/// [`ErrorKind::InvalidDescriptor`] when the text is something else, [`ErrorKind::Configuration`] when there is no such transform or
/// it cannot work.
pub fn transform(text: &str, limits: &SchemaLimits) -> Result<Transform> {
    #[derive(Deserialize)]
    struct Typed {
        r#type: String,
    }
    let Typed { r#type } = read("the transform", text)?;
    match r#type.as_str() {
        "namespace" => namespace(text),
        "rename" => rename(text),
        "visibility" => visibility(text),
        "versions" => versions(text),
        "tool_search" => tool_search(text, limits),
        "result_budget" => result_budget(text),
        "inline_refs" => inline_references(text),
        other => {
            let message = format!(
                "there is no transform {other:?}; there are namespace, rename, visibility, versions, tool_search, result_budget and \
                 inline_refs"
            );
            Err(Error::new(ErrorKind::Configuration, message))
        }
    }
}

/// `{namespace?, transforms?}`
///
/// # Errors
/// As [`transform`].
pub fn mount_options(text: &str, adopt: Option<Adopt>, limits: &SchemaLimits) -> Result<MountOptions> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Text<'a> {
        namespace: Option<String>,
        #[serde(borrow, default)]
        transforms: Vec<&'a RawValue>,
    }
    let Text { namespace, transforms } = read("the options of a mount", text)?;
    Ok(MountOptions {
        namespace: namespace.map(Namespace::new).transpose()?,
        transforms: transforms
            .into_iter()
            .map(|text| transform(text.get(), limits))
            .collect::<Result<_>>()?,
        adopt,
    })
}

fn namespace(text: &str) -> Result<Transform> {
    #[derive(Deserialize)]
    struct Text {
        prefix: String,
    }
    let Text { prefix } = read("the namespace", text)?;
    Ok(Transform::Namespace(Namespace::new(prefix)?))
}

/// Another name, or all that is to be another.
#[derive(Deserialize)]
#[serde(untagged)]
enum RewordedText {
    Name(String),
    Words(WordsText),
}

#[derive(Deserialize)]
struct WordsText {
    name: Option<String>,
    title: Option<String>,
    description: Option<String>,
    tags: Option<Vec<String>>,
    #[serde(rename = "_meta")]
    meta: Option<serde_json::Map<String, serde_json::Value>>,
    enabled: Option<bool>,
}

impl From<RewordedText> for Reworded {
    fn from(text: RewordedText) -> Self {
        match text {
            RewordedText::Name(name) => Self::named(name),
            RewordedText::Words(words) => Self {
                name: words.name,
                title: words.title,
                description: words.description,
                tags: words.tags,
                meta: words.meta.map(|meta| RawJson::from_value(&meta.into())),
                enabled: words.enabled,
            },
        }
    }
}

fn rename(text: &str) -> Result<Transform> {
    #[derive(Deserialize)]
    struct Text {
        #[serde(default)]
        tools: HashMap<String, RewordedText>,
        #[serde(default)]
        prompts: HashMap<String, RewordedText>,
    }
    let Text { tools, prompts } = read("the rename", text)?;
    let reworded = |what: &str, words: HashMap<String, RewordedText>| {
        let words: HashMap<String, Reworded> =
            words.into_iter().map(|(name, words)| (name, words.into())).collect();
        let mut taken = HashSet::new();
        for (name, words) in &words {
            let to = words.name.as_deref().unwrap_or(name);
            if to.is_empty() {
                let message = format!("the {what} {name:?} cannot be renamed to nothing");
                return Err(Error::new(ErrorKind::Configuration, message));
            }
            if !taken.insert(to) {
                let message = format!("two {what}s would be named {to:?}; give one of them another name");
                return Err(Error::new(ErrorKind::Configuration, message));
            }
        }
        Ok(words)
    };
    Ok(Transform::Rename(Rename { tools: reworded("tool", tools)?, prompts: reworded("prompt", prompts)? }))
}

#[derive(Deserialize)]
struct RangeText {
    gte: Option<String>,
    lt: Option<String>,
    eq: Option<String>,
}

impl From<RangeText> for VersionRange {
    fn from(RangeText { gte, lt, eq }: RangeText) -> Self {
        Self { gte, lt, eq }
    }
}

#[derive(Deserialize)]
struct KeyText {
    kind: String,
    name: String,
    version: Option<String>,
}

fn visibility(text: &str) -> Result<Transform> {
    #[derive(Deserialize)]
    struct Text {
        enabled: bool,
        names: Option<HashSet<String>>,
        keys: Option<Vec<KeyText>>,
        tags: Option<HashSet<String>>,
        kinds: Option<Vec<String>>,
        versions: Option<RangeText>,
    }
    let Text { enabled, names, keys, tags, kinds, versions } = read("the visibility", text)?;
    let kind = |name: String| {
        item_kind(&name).ok_or_else(|| {
            let message =
                format!("there is no kind {name:?}; there are tool, prompt, resource and resource_template");
            Error::new(ErrorKind::Configuration, message)
        })
    };
    let kinds = kinds.map(|kinds| kinds.into_iter().map(kind).collect::<Result<_>>()).transpose()?;
    let key = |text: KeyText| Ok(ItemKey { kind: kind(text.kind)?, name: text.name, version: text.version });
    let keys = keys.map(|keys| keys.into_iter().map(key).collect::<Result<_>>()).transpose()?;
    let selection = Selection { names, keys, tags, kinds, versions: versions.map(Into::into) };
    Ok(Transform::Visibility { enabled, selection })
}

fn versions(text: &str) -> Result<Transform> {
    #[derive(Deserialize)]
    struct Text {
        gte: Option<String>,
        lt: Option<String>,
        eq: Option<String>,
        #[serde(default = "yes")]
        unversioned: bool,
    }
    let Text { gte, lt, eq, unversioned } = read("the versions", text)?;
    Ok(Transform::Versions { range: VersionRange { gte, lt, eq }, unversioned })
}

fn tool_search(text: &str, limits: &SchemaLimits) -> Result<Transform> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Text {
        by: Option<ByText>,
        results: Option<ResultsText>,
        max_results: Option<usize>,
        always_visible: Option<Vec<String>>,
        search_tool: Option<String>,
        call_tool: Option<String>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    enum ByText {
        Words,
        Pattern,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    enum ResultsText {
        Json,
        Markdown,
    }
    let Text { by, results, max_results, always_visible, search_tool, call_tool } =
        read("the tool search", text)?;
    let defaults = ToolSearch::default();
    let search = ToolSearch {
        by: match by {
            Some(ByText::Pattern) => SearchBy::Pattern,
            Some(ByText::Words) | None => SearchBy::Words,
        },
        results: match results {
            Some(ResultsText::Markdown) => SearchResults::Markdown,
            Some(ResultsText::Json) | None => SearchResults::Json,
        },
        max_results: max_results.unwrap_or(defaults.max_results),
        always_visible: always_visible.unwrap_or(defaults.always_visible),
        search_tool: search_tool.unwrap_or(defaults.search_tool),
        call_tool: call_tool.unwrap_or(defaults.call_tool),
    };
    Ok(Transform::ToolSearch(Arc::new(StandIn::new(search, limits)?)))
}

fn result_budget(text: &str) -> Result<Transform> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Text {
        max_chars: Option<usize>,
        #[serde(default = "yes")]
        compact: bool,
        #[serde(default)]
        one_copy: bool,
        advertise: Option<bool>,
        tools: Option<Vec<String>>,
        note: Option<String>,
    }
    let Text { max_chars, compact, one_copy, advertise, tools, note } = read("the result budget", text)?;
    if max_chars == Some(0) {
        let message = "a budget of 0 characters leaves nothing; give at least 1, or none for no limit";
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    let advertise = advertise.unwrap_or(max_chars.is_some());
    let budget = ResultBudget { max_chars, compact, one_copy, advertise, note };
    Ok(Transform::ResultBudget { budget: Arc::new(budget), tools })
}

fn inline_references(text: &str) -> Result<Transform> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Text {
        max_bytes: Option<usize>,
    }
    let Text { max_bytes } = read("the inlined references", text)?;
    Ok(Transform::InlineReferences { max_bytes: max_bytes.unwrap_or(MAX_INLINED_BYTES) })
}

const fn yes() -> bool {
    true
}
