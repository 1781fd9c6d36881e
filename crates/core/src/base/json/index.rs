//! Where names are.

use std::hash::{BuildHasher, RandomState};

/// Finds names by their hashes. The names themselves are elsewhere: whoever asks tells whether the one at a place is the one that is sought.
#[derive(Clone)]
pub(crate) struct Index {
    hasher: RandomState,
    /// At its hash or behind it the place of each name, counted from 1; 0 where there is none.
    table: Vec<u32>,
}

impl Index {
    /// Room for so many names, twice as much as they take.
    pub(crate) fn with_room(names: usize) -> Self {
        Self { hasher: RandomState::new(), table: vec![0; (2 * names).next_power_of_two()] }
    }

    /// Whether one name more leaves half of it free.
    pub(super) fn has_room(&self, names: usize) -> bool {
        2 * names <= self.table.len()
    }

    /// The place of a name, else where in the table it may be put.
    pub(super) fn find(&self, name: &str, is_it: impl Fn(usize) -> bool) -> Result<usize, usize> {
        let mut at = self.hasher.hash_one(name) as usize;
        loop {
            at &= self.table.len() - 1;
            match self.table[at] as usize {
                0 => return Err(at),
                number if is_it(number - 1) => return Ok(number - 1),
                _ => at += 1,
            }
        }
    }

    /// Notes the place of a name; false where the name has one.
    pub(crate) fn add(&mut self, name: &str, place: usize, is_it: impl Fn(usize) -> bool) -> bool {
        match self.find(name, is_it) {
            Ok(_) => false,
            Err(free) => {
                self.table[free] = place as u32 + 1;
                true
            }
        }
    }
}
