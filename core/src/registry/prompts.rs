//! Prompts: what can be filled in.

use std::fmt;
use std::sync::Arc;

use super::composing::Adopting;
use super::pages::{Item, Listed};
use super::shelf::Shelf;
use super::validation::{self, invalid};
use super::{CompletedBy, ItemKind, Namespace, Provenance, Registry, Snapshot};
use crate::error::Result;
use crate::handler::Handler;
use crate::model::{CommonFields, ListKind, Prompt};

/// A registered prompt.
#[derive(Clone)]
pub struct PromptEntry {
    /// What its author wrote.
    pub prompt: Prompt,
    /// The name its handler knows it by, for every call to share.
    pub name: Arc<str>,
    /// What completes its arguments.
    pub completed_by: CompletedBy,
    /// Where it comes from, and who may see it.
    pub provenance: Provenance,
    /// What runs.
    pub handler: Arc<dyn Handler>,
}

impl Registry {
    /// Offers a prompt.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyRegistered`](crate::error::ErrorKind::AlreadyRegistered) when the name is taken,
    /// [`ErrorKind::InvalidDescriptor`](crate::error::ErrorKind::InvalidDescriptor) when the prompt or an argument has
    /// no name, or two arguments have the same.
    pub fn add_prompt(&self, prompt: Prompt, handler: Arc<dyn Handler>) -> Result<()> {
        self.add(PromptEntry::new(prompt, handler)?)
    }

    /// Offers a prompt in the place of the one with its name; at the end of the list if there is none. A prompt that was
    /// disabled stays disabled.
    ///
    /// # Errors
    /// As [`add_prompt`](Self::add_prompt), except that the name may be taken.
    pub fn replace_prompt(&self, prompt: Prompt, handler: Arc<dyn Handler>) -> Result<()> {
        self.replace(PromptEntry::new(prompt, handler)?);
        Ok(())
    }

    /// Stops offering a prompt. Returns whether it was there.
    pub fn remove_prompt(&self, name: &str) -> bool {
        self.remove::<PromptEntry>(name, None)
    }

    /// Hides a prompt from lists and calls, or shows it again in its old place. Returns whether it is there.
    pub fn set_prompt_enabled(&self, name: &str, enabled: bool) -> bool {
        self.set_enabled::<PromptEntry>(name, enabled, None)
    }
}

impl Snapshot {
    /// The name of the first prompt that is so.
    pub fn prompt_that(&self, is_so: impl Fn(&PromptEntry) -> bool) -> Option<&str> {
        let found = self.prompts.enabled().map(|(_, entry)| entry).find(|entry| is_so(entry));
        found.map(|entry| entry.prompt.name.as_str())
    }

    /// The prompt with this name.
    #[must_use]
    pub fn prompt(&self, name: &str) -> Option<&Arc<PromptEntry>> {
        self.prompts.get(name)
    }
}

impl PromptEntry {
    fn new(prompt: Prompt, handler: Arc<dyn Handler>) -> Result<Self> {
        validation::key("the name of a prompt", &prompt.name)?;
        let item = format!("the prompt {:?}", prompt.name);
        validation::common(&item, &prompt.common)?;
        for (index, argument) in prompt.arguments.iter().enumerate() {
            validation::key(&format!("the name of an argument of {item}"), &argument.name)?;
            if prompt.arguments[..index].iter().any(|earlier| earlier.name == argument.name) {
                return Err(invalid(format!("{item} has two arguments named {:?}", argument.name)));
            }
        }
        let name = prompt.name.as_str().into();
        let completed_by = CompletedBy::Server;
        Ok(Self { prompt, name, completed_by, provenance: Provenance::default(), handler })
    }
}

impl Listed for PromptEntry {
    const KIND: ItemKind = ItemKind::Prompt;
    const LIST: ListKind = ListKind::Prompts;
    const NOUN: &'static str = "prompt";

    fn key(&self) -> &str {
        &self.prompt.name
    }

    fn name(&self) -> &str {
        &self.prompt.name
    }

    fn common(&self) -> &CommonFields {
        &self.prompt.common
    }

    fn item(&self) -> Item<'_> {
        Item::Prompt(&self.prompt)
    }

    fn reworded(&self, name: Option<&str>, common: CommonFields) -> Self {
        let mut entry = self.clone();
        if let Some(name) = name {
            name.clone_into(&mut entry.prompt.name);
        }
        entry.prompt.common = common;
        entry
    }

    fn in_namespace(&self, namespace: &Namespace) -> Result<Self> {
        let mut entry = self.clone();
        entry.prompt.name = namespace.name(&self.prompt.name);
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
        &snapshot.prompts
    }

    fn shelf_mut(snapshot: &mut Snapshot) -> &mut Arc<Shelf<Self>> {
        &mut snapshot.prompts
    }
}

impl fmt::Debug for PromptEntry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PromptEntry").field("prompt", &self.prompt).finish_non_exhaustive()
    }
}
