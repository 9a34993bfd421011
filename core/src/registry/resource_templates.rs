//! Resource templates: families of resources, found by matching.

use std::fmt;
use std::sync::Arc;

use super::composing::Adopting;
use super::pages::{Item, Listed};
use super::resources::ResourceMatch;
use super::shelf::Shelf;
use super::uri_template::{NoMatch, Spelled, UriTemplate, legal_text};
use super::validation::invalid;
use super::{CompletedBy, ItemKind, Namespace, Provenance, Registry, Snapshot, uri, validation};
use crate::error::Result;
use crate::handler::Handler;
use crate::model::{CommonFields, ListKind, ResourceTemplate};

/// A registered resource template.
#[derive(Clone)]
pub struct ResourceTemplateEntry {
    /// What its author wrote, the template made legal.
    pub template: ResourceTemplate,
    /// The template, parsed.
    pub uri_template: UriTemplate,
    /// The template as its handler knows it.
    pub registered: Arc<str>,
    /// What completes its variables.
    pub completed_by: CompletedBy,
    /// Where it comes from, and who may see it.
    pub provenance: Provenance,
    /// What runs.
    pub handler: Arc<dyn Handler>,
}

impl Registry {
    /// Offers a resource template. The values of its variables are checked before the handler sees them (RSRC-8).
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyRegistered`](crate::error::ErrorKind::AlreadyRegistered) when the same template is there,
    /// [`ErrorKind::InvalidDescriptor`](crate::error::ErrorKind::InvalidDescriptor) when it cannot be parsed or has no
    /// name.
    pub fn add_resource_template(&self, template: ResourceTemplate, handler: Arc<dyn Handler>) -> Result<()> {
        let entry = ResourceTemplateEntry::new(template, handler)?;
        let uri = entry.template.uri_template.clone();
        self.add(entry)?;
        self.note_view(&uri);
        Ok(())
    }

    /// Offers a resource template in the place of the same one; at the end of the list if it is not there. A template
    /// that was disabled stays disabled; its values are checked again.
    ///
    /// # Errors
    /// As [`add_resource_template`](Self::add_resource_template), except that it may be there.
    pub fn replace_resource_template(
        &self,
        template: ResourceTemplate,
        handler: Arc<dyn Handler>,
    ) -> Result<()> {
        self.replace(ResourceTemplateEntry::new(template, handler)?);
        Ok(())
    }

    /// Stops offering a resource template. Returns whether it was there.
    pub fn remove_resource_template(&self, uri_template: &str) -> bool {
        self.remove::<ResourceTemplateEntry>(&legal_text(uri_template), None)
    }

    /// Hides a resource template from lists and reads, or shows it again in its old place. Returns whether it is there.
    pub fn set_resource_template_enabled(&self, uri_template: &str, enabled: bool) -> bool {
        self.set_enabled::<ResourceTemplateEntry>(&legal_text(uri_template), enabled, None)
    }
}

impl ResourceTemplateEntry {
    fn new(mut template: ResourceTemplate, handler: Arc<dyn Handler>) -> Result<Self> {
        validation::key("a URI template", &template.uri_template)?;
        let item = format!("the resource template {:?}", template.uri_template);
        validation::key(&format!("the name of {item}"), &template.name)?;
        validation::common(&item, &template.common)?;
        let uri_template =
            parsed(&item, &template.uri_template)?.with_value_checks(template.value_checks.clone());
        if let Some(name) = template
            .value_checks
            .exempt
            .iter()
            .find(|name| !uri_template.variables().any(|known| known == *name))
        {
            return Err(invalid(format!(
                "the security of {item} exempts {name:?}, which is not one of its variables"
            )));
        }
        uri_template.as_str().clone_into(&mut template.uri_template);
        let registered = template.uri_template.as_str().into();
        let completed_by = CompletedBy::Server;
        Ok(Self {
            template,
            uri_template,
            registered,
            completed_by,
            provenance: Provenance::default(),
            handler,
        })
    }

    /// What answers for a URI, if it is one of this template's.
    pub(super) fn matches(&self, uri: &Spelled<'_>) -> Result<ResourceMatch<'_>, NoMatch> {
        Ok(ResourceMatch {
            variables: self.uri_template.matches_spelled(uri)?,
            handler: &self.handler,
            cache: self.template.cache,
            replayable: self.template.common.replayable,
            inserted: self.provenance.inserted.as_ref(),
            origin: self.provenance.origin.as_ref(),
            requires: self.template.common.requires.as_deref(),
        })
    }
}

/// The template parsed.
///
/// # Errors
/// When it is none, or no URI can be one of its.
pub(super) fn parsed(item: &str, template: &str) -> Result<UriTemplate> {
    if let Some(flaw) = scheme_flaw(template) {
        return Err(invalid(format!("{item} needs a URI template like \"docs://{{name}}\": {flaw}")));
    }
    UriTemplate::parse(template)
}

/// Why no URI can be one of the template's. What a variable begins must be able to hold a scheme.
fn scheme_flaw(template: &str) -> Option<&'static str> {
    match template.split_once('{') {
        Some(("", after)) => {
            let (expression, after) = after.split_once('}').unwrap_or((after, ""));
            (!expression.starts_with('+') && !after.starts_with(':')).then_some("it has no scheme")
        }
        Some((literal, _)) => uri::scheme_flaw(literal),
        None => uri::scheme_flaw(template),
    }
}

impl Listed for ResourceTemplateEntry {
    const KIND: ItemKind = ItemKind::ResourceTemplate;
    const LIST: ListKind = ListKind::Resources;
    const NOUN: &'static str = "resource template";

    fn key(&self) -> &str {
        &self.template.uri_template
    }

    fn name(&self) -> &str {
        &self.template.name
    }

    fn common(&self) -> &CommonFields {
        &self.template.common
    }

    fn item(&self) -> Item<'_> {
        Item::ResourceTemplate(&self.template)
    }

    fn reworded(&self, _name: Option<&str>, common: CommonFields) -> Self {
        let mut entry = self.clone();
        entry.template.common = common;
        entry
    }

    fn in_namespace(&self, namespace: &Namespace) -> Result<Self> {
        let text = namespace.uri(&self.template.uri_template);
        let item = format!("the resource template {text:?}");
        let uri_template = parsed(&item, &text)?.with_value_checks(self.template.value_checks.clone());
        let mut entry = Self { uri_template, ..self.clone() };
        entry.template.uri_template = text;
        entry.provenance.enter(namespace);
        Ok(entry)
    }

    fn mounted(&self, adopt: Adopting<'_>, completion: Option<&Arc<dyn Handler>>) -> Self {
        let completed_by = self.completed_by.mounted(adopt, completion);
        Self { handler: adopt(&self.handler), completed_by, ..self.clone() }
    }

    fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    fn provenance_mut(&mut self) -> &mut Provenance {
        &mut self.provenance
    }

    fn shelf(snapshot: &Snapshot) -> &Arc<Shelf<Self>> {
        &snapshot.resource_templates
    }

    fn shelf_mut(snapshot: &mut Snapshot) -> &mut Arc<Shelf<Self>> {
        &mut snapshot.resource_templates
    }
}

impl fmt::Debug for ResourceTemplateEntry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ResourceTemplateEntry")
            .field("template", &self.template)
            .finish_non_exhaustive()
    }
}
