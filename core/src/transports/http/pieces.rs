//! An answer in pieces that is written at once.

use std::io::IoSlice;
use std::vec;

use bytes::{Buf, Bytes};

/// Pieces of an answer, written as one. Frame by frame hyper writes what it has whenever that is more than it holds back, and the last
/// few bytes of a long answer would take a system call, and a wake-up of the client, of their own.
#[derive(Debug)]
pub(super) struct Pieces {
    first: Bytes,
    /// None of them empty.
    rest: vec::IntoIter<Bytes>,
}

impl Pieces {
    /// None of the others may be empty.
    pub(super) fn new(first: Bytes, rest: vec::IntoIter<Bytes>) -> Self {
        Self { first, rest }
    }
}

impl From<Bytes> for Pieces {
    fn from(first: Bytes) -> Self {
        Self { first, rest: vec::IntoIter::default() }
    }
}

impl Buf for Pieces {
    fn remaining(&self) -> usize {
        self.first.len() + self.rest.as_slice().iter().map(Bytes::len).sum::<usize>()
    }

    fn chunk(&self) -> &[u8] {
        &self.first
    }

    fn chunks_vectored<'a>(&'a self, into: &mut [IoSlice<'a>]) -> usize {
        let pieces =
            std::iter::once(&self.first).filter(|first| !first.is_empty()).chain(self.rest.as_slice());
        into.iter_mut().zip(pieces).map(|(slice, piece)| *slice = IoSlice::new(piece)).count()
    }

    /// More than there is stays without effect beyond the end.
    fn advance(&mut self, mut count: usize) {
        while count >= self.first.len() {
            count -= self.first.len();
            match self.rest.next() {
                Some(next) => self.first = next,
                None => {
                    self.first.clear();
                    return;
                }
            }
        }
        self.first.advance(count);
    }
}
