//! Resources: what can be read, under a URI of its own or under one of a template's.

use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

use iri_string::types::UriStr;

use super::pages::{Item, Listed};
use super::shelf::Shelf;
use super::validation::{self, invalid};
use super::{Registry, Snapshot};
use crate::error::Result;
use crate::handler::Handler;
use crate::json::RawJson;
use crate::model::{CacheHint, ListKind, Resource};

/// A registered resource.
pub struct ResourceEntry {
    /// What its author wrote.
    pub resource: Resource,
    /// What runs.
    pub handler: Arc<dyn Handler>,
}

/// What answers for a URI.
#[derive(Clone)]
pub struct ResourceMatch<'a> {
    /// What runs.
    pub handler: &'a Arc<dyn Handler>,
    /// The values of the template's variables, a JSON object; `{}` for a resource with a URI of its own.
    pub variables: RawJson,
    /// How long a reader may keep what it read.
    pub cache: CacheHint,
}

impl Registry {
    /// Offers a resource.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyRegistered`](crate::error::ErrorKind::AlreadyRegistered) when the URI is taken,
    /// [`ErrorKind::InvalidDescriptor`](crate::error::ErrorKind::InvalidDescriptor) when it is not an RFC 3986 URI
    /// (RSRC-10) or the resource has no name.
    pub fn add_resource(&self, resource: Resource, handler: Arc<dyn Handler>) -> Result<()> {
        self.add(ResourceEntry::new(resource, handler)?)
    }

    /// Offers a resource in the place of the one with its URI; at the end of the list if there is none. A resource that
    /// was disabled stays disabled.
    ///
    /// # Errors
    /// As [`add_resource`](Self::add_resource), except that the URI may be taken.
    pub fn replace_resource(&self, resource: Resource, handler: Arc<dyn Handler>) -> Result<()> {
        self.replace(ResourceEntry::new(resource, handler)?);
        Ok(())
    }

    /// Stops offering a resource. Returns whether it was there.
    pub fn remove_resource(&self, uri: &str) -> bool {
        self.remove::<ResourceEntry>(uri)
    }

    /// Hides a resource from lists and reads, or shows it again in its old place. Returns whether it is there. While it
    /// is hidden a template that matches its URI answers for it, as if it had never been there.
    pub fn set_resource_enabled(&self, uri: &str, enabled: bool) -> bool {
        self.set_enabled::<ResourceEntry>(uri, enabled)
    }
}

impl Snapshot {
    /// What answers for this URI: the resource that has it, character for character (RSRC-15), or else the first
    /// template that matches it, in order of registration. What is not written as a URI must be counts as the URI it
    /// stands for: `file:///a b.txt` is `file:///a%20b.txt`.
    #[must_use]
    pub fn resource(&self, uri: &str) -> Option<ResourceMatch<'_>> {
        self.resource_written_so(uri).or_else(|| self.resource_written_so(&legal(uri)?))
    }

    fn resource_written_so(&self, uri: &str) -> Option<ResourceMatch<'_>> {
        if let Some(entry) = self.resources.get(uri) {
            return Some(ResourceMatch {
                handler: &entry.handler,
                variables: RawJson::empty_object(),
                cache: entry.resource.cache,
            });
        }
        self.resource_templates.enabled().find_map(|(_, entry)| entry.matches(uri))
    }
}

/// `uri` with percent codes for what may not stand in a URI as it is (RSRC-10); `None` when there is no such thing.
fn legal(uri: &str) -> Option<String> {
    let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    if uri.bytes().all(may_stand) {
        return None;
    }
    let mut text = String::with_capacity(uri.len() + 8);
    for byte in uri.bytes() {
        if may_stand(byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    Some(text)
}

impl ResourceEntry {
    fn new(resource: Resource, handler: Arc<dyn Handler>) -> Result<Self> {
        validation::key("the URI of a resource", &resource.uri)?;
        let item = format!("the resource {:?}", resource.uri);
        validation::key(&format!("the name of {item}"), &resource.name)?;
        validation::common(&item, &resource.common)?;
        UriStr::new(&resource.uri).map_err(|error| {
            invalid(format!("{item} needs a URI with a scheme, like \"docs://guide\"")).caused_by(error)
        })?;
        Ok(Self { resource, handler })
    }
}

impl Listed for ResourceEntry {
    const LIST: ListKind = ListKind::Resources;
    const NOUN: &'static str = "resource";

    fn key(&self) -> &str {
        &self.resource.uri
    }

    fn item(&self) -> Item<'_> {
        Item::Resource(&self.resource)
    }

    fn shelf_mut(snapshot: &mut Snapshot) -> &mut Arc<Shelf<Self>> {
        &mut snapshot.resources
    }
}

impl fmt::Debug for ResourceEntry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ResourceEntry").field("resource", &self.resource).finish_non_exhaustive()
    }
}

impl fmt::Debug for ResourceMatch<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ResourceMatch").field("variables", &self.variables).finish_non_exhaustive()
    }
}
