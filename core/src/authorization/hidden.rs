//! What of a server's offers a caller is not to see.

use super::{Access, Policy, Target};
use crate::registry::{Hidden, ItemKind, Snapshot};

impl Policy {
    /// What is [not visible](Policy::visible) of this. Of two tools that stand for others, which one finds and the other calls,
    /// nothing has to be said: they are there where any of the others is, unless a rule denies them.
    #[must_use]
    pub fn hidden(&self, snapshot: &Snapshot, access: &Access) -> Hidden {
        let mut hidden = Hidden::default();
        let mut sees_tools = false;
        let mut standing_in = Vec::new();
        for (kind, key, requires) in snapshot.offered() {
            let target = match kind {
                ItemKind::Tool => Target::Tool(key),
                ItemKind::Prompt => Target::Prompt(key),
                ItemKind::Resource => Target::Resource(key),
                ItemKind::ResourceTemplate => Target::ResourceTemplate(key),
            };
            let stands_in =
                kind == ItemKind::Tool && snapshot.tool(key).is_some_and(|entry| entry.search.is_some());
            if stands_in {
                standing_in.push(key);
            } else if self.visible(access, target, requires).is_allowed() {
                sees_tools |= kind == ItemKind::Tool;
            } else {
                hidden.hide(kind, key);
            }
        }
        for key in standing_in {
            if !sees_tools || self.denies(access, Target::Tool(key)) {
                hidden.hide(ItemKind::Tool, key);
            }
        }
        hidden
    }
}
