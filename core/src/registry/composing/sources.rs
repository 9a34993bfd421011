//! What a list was put together of, so that it is put together again only when that has changed.

use std::sync::Arc;

use crate::handler::Handler;
use crate::registry::Snapshot;
use crate::registry::pages::Listed;
use crate::registry::shelf::Shelf;

/// The list of a mounted server, and who completes for it.
type Child<T> = (Arc<Shelf<T>>, Option<Arc<dyn Handler>>);

/// A list, and what it was made of.
pub(super) struct Sources<T> {
    own: Arc<Shelf<T>>,
    children: Vec<Child<T>>,
    pub shelf: Arc<Shelf<T>>,
}

impl<T: Listed> Sources<T> {
    pub fn new(own: &Snapshot, children: &[Arc<Snapshot>], shelf: Arc<Shelf<T>>) -> Self {
        let children = children.iter().map(|child| (Arc::clone(T::shelf(child)), child.completion.clone()));
        Self { own: Arc::clone(T::shelf(own)), children: children.collect(), shelf }
    }

    pub fn are(&self, own: &Snapshot, children: &[Arc<Snapshot>]) -> bool {
        let same = |(shelf, completion): &Child<T>, child: &Snapshot| {
            Arc::ptr_eq(shelf, T::shelf(child))
                && match (completion, &child.completion) {
                    (Some(was), Some(is)) => Arc::ptr_eq(was, is),
                    (was, is) => was.is_none() && is.is_none(),
                }
        };
        Arc::ptr_eq(&self.own, T::shelf(own))
            && self.children.len() == children.len()
            && self.children.iter().zip(children).all(|(was, child)| same(was, child))
    }
}
