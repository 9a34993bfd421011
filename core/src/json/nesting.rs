//! What is open around a place in a text.

/// As deep as nearly every text is.
const NEAR: usize = 12;

/// A number for each object or array that is open, outermost first. As long as they are few they need no memory of their own.
pub(super) struct Nesting {
    near: [usize; NEAR],
    far: Vec<usize>,
    depth: usize,
}

impl Nesting {
    pub(super) const fn new() -> Self {
        Self { near: [0; NEAR], far: Vec::new(), depth: 0 }
    }

    pub(super) const fn depth(&self) -> usize {
        self.depth
    }

    /// One more is open.
    #[inline]
    pub(super) fn push(&mut self, number: usize) {
        match self.near.get_mut(self.depth) {
            Some(place) => *place = number,
            None => self.far.push(number),
        }
        self.depth += 1;
    }

    /// The innermost ends.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<usize> {
        let innermost = self.innermost()?;
        self.depth -= 1;
        self.far.truncate(self.depth.saturating_sub(NEAR));
        Some(innermost)
    }

    #[inline]
    pub(super) fn innermost(&self) -> Option<usize> {
        let index = self.depth.checked_sub(1)?;
        self.near.get(index).or_else(|| self.far.last()).copied()
    }
}
