//! Resource templates: families of resources, found by matching.

use std::fmt;
use std::sync::Arc;

use super::pages::{Item, Listed};
use super::resources::ResourceMatch;
use super::shelf::Shelf;
use super::uri_template::UriTemplate;
use super::{Registry, Snapshot, validation};
use crate::error::Result;
use crate::handler::Handler;
use crate::model::{ListKind, ResourceTemplate};

/// A registered resource template.
#[derive(Clone)]
pub struct ResourceTemplateEntry {
    /// What its author wrote.
    pub template: ResourceTemplate,
    /// The template, parsed.
    pub uri_template: UriTemplate,
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
        self.add(ResourceTemplateEntry::new(template, handler)?)
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
        self.remove::<ResourceTemplateEntry>(uri_template)
    }

    /// Hides a resource template from lists and reads, or shows it again in its old place. Returns whether it is there.
    pub fn set_resource_template_enabled(&self, uri_template: &str, enabled: bool) -> bool {
        self.set_enabled::<ResourceTemplateEntry>(uri_template, enabled)
    }

    /// Whether values with `..` segments, absolute paths and NUL are refused for this template, as they are unless this
    /// says otherwise. Only for handlers that make sure themselves (SEC-10). Returns whether the template is there.
    pub fn set_resource_template_value_checks(&self, uri_template: &str, check: bool) -> bool {
        self.edit(None, |draft| {
            let entries = Arc::make_mut(&mut draft.resource_templates);
            (
                entries.contains(uri_template),
                entries.update(uri_template, |entry| {
                    let uri_template = entry.uri_template.clone().with_value_checks(check);
                    ResourceTemplateEntry { uri_template, ..entry.clone() }
                }),
            )
        })
    }
}

impl ResourceTemplateEntry {
    fn new(template: ResourceTemplate, handler: Arc<dyn Handler>) -> Result<Self> {
        validation::key("a URI template", &template.uri_template)?;
        let item = format!("the resource template {:?}", template.uri_template);
        validation::key(&format!("the name of {item}"), &template.name)?;
        validation::common(&item, &template.common)?;
        let uri_template = UriTemplate::parse(&template.uri_template)?;
        Ok(Self { template, uri_template, handler })
    }

    /// What answers for a URI, if it is one of this template's.
    pub(super) fn matches(&self, uri: &str) -> Option<ResourceMatch<'_>> {
        Some(ResourceMatch {
            variables: self.uri_template.matches(uri)?,
            handler: &self.handler,
            cache: self.template.cache,
        })
    }
}

impl Listed for ResourceTemplateEntry {
    const LIST: ListKind = ListKind::Resources;
    const NOUN: &'static str = "resource template";

    fn key(&self) -> &str {
        &self.template.uri_template
    }

    fn item(&self) -> Item<'_> {
        Item::ResourceTemplate(&self.template)
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
