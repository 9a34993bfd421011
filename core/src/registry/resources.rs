//! Resources: what can be read, under a URI of its own or under one of a template's.

use std::fmt;
use std::sync::Arc;

use iri_string::types::UriStr;

use super::composing::Adopting;
use super::pages::{Item, Listed};
use super::shelf::Shelf;
use super::uri_template::{NoMatch, RefusedValue, Spelled};
use super::validation::{self, invalid};
use super::{ItemKind, Namespace, Origin, Provenance, Registry, Snapshot, uri};
use crate::error::Result;
use crate::handler::Handler;
use crate::json::RawJson;
use crate::model::{CacheHint, CommonFields, ListKind, Requirements, Resource};

/// A registered resource.
#[derive(Clone)]
pub struct ResourceEntry {
    /// What its author wrote, the URI made legal.
    pub resource: Resource,
    /// The spelling of its URI that stands for all.
    canonical: String,
    /// Where it comes from, and who may see it.
    pub provenance: Provenance,
    /// What runs.
    pub handler: Arc<dyn Handler>,
    /// Whether `resources/list` has it.
    listed: bool,
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
    /// Whether the handler may run again, see [`CommonFields::replayable`](crate::model::CommonFields::replayable).
    pub replayable: bool,
    /// What namespaces put into its URI, behind the scheme; its handler knows it without that.
    pub inserted: Option<&'a Arc<str>>,
    /// Where it comes from, if it is mounted.
    pub origin: Option<&'a Arc<Origin>>,
    /// What it asks of its callers, if anything.
    pub requires: Option<&'a Requirements>,
}

/// Why nothing answers for a URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoResource {
    /// There is no such resource.
    Unknown,
    /// It is one of a template's, which does not take this value (RSRC-8).
    Refused(RefusedValue),
}

impl Registry {
    /// Offers a resource.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyRegistered`](crate::error::ErrorKind::AlreadyRegistered) when the URI is taken, in
    /// whichever spelling; [`ErrorKind::InvalidDescriptor`](crate::error::ErrorKind::InvalidDescriptor) when it is no URI even
    /// with percent codes for what may not stand in one (RSRC-10), or the resource has no name.
    pub fn add_resource(&self, resource: Resource, handler: Arc<dyn Handler>) -> Result<()> {
        let entry = ResourceEntry::new(resource, handler, true)?;
        let uri = entry.canonical.clone();
        self.add(entry)?;
        self.note_view(&uri);
        Ok(())
    }

    /// Offers a resource in the place of the one with its URI; at the end of the list if there is none. A resource that
    /// was disabled stays disabled.
    ///
    /// # Errors
    /// As [`add_resource`](Self::add_resource), except that the URI may be taken.
    pub fn replace_resource(&self, resource: Resource, handler: Arc<dyn Handler>) -> Result<()> {
        let entry = ResourceEntry::new(resource, handler, true)?;
        self.note_view(&entry.canonical);
        self.replace(entry);
        Ok(())
    }

    /// Offers a resource that can be read and is not listed: people learn of it elsewhere.
    ///
    /// # Errors
    /// As [`add_resource`](Self::add_resource).
    pub fn add_unlisted_resource(&self, resource: Resource, handler: Arc<dyn Handler>) -> Result<()> {
        self.add(ResourceEntry::new(resource, handler, false)?)
    }

    /// Offers a resource that is not listed in the place of the one with its URI.
    ///
    /// # Errors
    /// As [`replace_resource`](Self::replace_resource).
    pub fn replace_unlisted_resource(&self, resource: Resource, handler: Arc<dyn Handler>) -> Result<()> {
        self.replace(ResourceEntry::new(resource, handler, false)?);
        Ok(())
    }

    /// Stops offering a resource. Returns whether it was there.
    pub fn remove_resource(&self, uri: &str) -> bool {
        self.remove::<ResourceEntry>(&uri::canonical(uri), None)
    }

    /// Hides a resource from lists and reads, or shows it again in its old place. Returns whether it is there. While it
    /// is hidden a template that matches its URI answers for it, as if it had never been there.
    pub fn set_resource_enabled(&self, uri: &str, enabled: bool) -> bool {
        self.set_enabled::<ResourceEntry>(&uri::canonical(uri), enabled, None)
    }
}

impl Snapshot {
    /// What answers for this URI: the resource that has it, in whichever spelling (RSRC-15), or else the first template that
    /// matches it, in order of registration.
    ///
    /// # Errors
    /// When there is none, or that template refuses a value: another one, which might not, is not asked.
    pub fn resource(&self, uri: &str) -> Result<ResourceMatch<'_>, NoResource> {
        // Most are written in the canonical spelling, and most servers with templates have few resources.
        if let Some(entry) = self.resources.get(uri).or_else(|| self.resources.get(&uri::canonical(uri))) {
            return Ok(ResourceMatch {
                handler: &entry.handler,
                variables: RawJson::empty_object(),
                cache: entry.resource.cache,
                replayable: entry.resource.common.replayable,
                inserted: entry.provenance.inserted.as_ref(),
                origin: entry.provenance.origin.as_ref(),
                requires: entry.resource.common.requires.as_deref(),
            });
        }
        if uri::scheme_flaw(uri).is_some() {
            return Err(NoResource::Unknown);
        }
        let spelled = Spelled::of(uri);
        for (_, entry) in self.resource_templates.enabled() {
            match entry.matches(&spelled) {
                Ok(found) => return Ok(found),
                Err(NoMatch::Other) => {}
                Err(NoMatch::Refused(value)) => return Err(NoResource::Refused(value)),
            }
        }
        Err(NoResource::Unknown)
    }

    /// The URI under which a resource is listed, found by its canonical spelling.
    pub(super) fn listed_uri(&self, canonical: &str) -> Option<&str> {
        self.resources.get(canonical).map(|entry| entry.resource.uri.as_str())
    }
}

impl ResourceEntry {
    fn new(mut resource: Resource, handler: Arc<dyn Handler>, listed: bool) -> Result<Self> {
        validation::key("the URI of a resource", &resource.uri)?;
        let item = format!("the resource {:?}", resource.uri);
        validation::key(&format!("the name of {item}"), &resource.name)?;
        validation::common(&item, &resource.common)?;
        resource.uri = legal_uri(&item, &resource.uri)?;
        Ok(Self {
            canonical: uri::canonical(&resource.uri),
            resource,
            provenance: Provenance::default(),
            handler,
            listed,
        })
    }
}

/// The URI made legal (RSRC-10).
///
/// # Errors
/// When it is none even then.
pub(super) fn legal_uri(item: &str, uri: &str) -> Result<String> {
    if let Some(flaw) = uri::scheme_flaw(uri) {
        return Err(invalid(format!("{item} needs a URI like \"docs://guide\": {flaw}")));
    }
    let legal = uri::legal(uri).into_owned();
    UriStr::new(&legal)
        .map_err(|error| invalid(format!("{item} needs a URI like \"docs://guide\"")).caused_by(error))?;
    Ok(legal)
}

impl Listed for ResourceEntry {
    const KIND: ItemKind = ItemKind::Resource;
    const LIST: ListKind = ListKind::Resources;
    const NOUN: &'static str = "resource";

    fn key(&self) -> &str {
        &self.canonical
    }

    fn shown_key(&self) -> &str {
        &self.resource.uri
    }

    fn name(&self) -> &str {
        &self.resource.name
    }

    fn common(&self) -> &CommonFields {
        &self.resource.common
    }

    fn item(&self) -> Item<'_> {
        Item::Resource(&self.resource)
    }

    fn is_listed(&self) -> bool {
        self.listed
    }

    fn reworded(&self, _name: Option<&str>, common: CommonFields) -> Self {
        let mut entry = self.clone();
        entry.resource.common = common;
        entry
    }

    fn in_namespace(&self, namespace: &Namespace) -> Result<Self> {
        let mut entry = self.clone();
        entry.resource.uri = namespace.uri(&self.resource.uri);
        entry.canonical = uri::canonical(&entry.resource.uri);
        entry.provenance.enter(namespace);
        Ok(entry)
    }

    fn mounted(&self, adopt: Adopting<'_>, _completion: Option<&Arc<dyn Handler>>) -> Self {
        Self { handler: adopt(&self.handler), ..self.clone() }
    }

    fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    fn provenance_mut(&mut self) -> &mut Provenance {
        &mut self.provenance
    }

    fn shelf(snapshot: &Snapshot) -> &Arc<Shelf<Self>> {
        &snapshot.resources
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
