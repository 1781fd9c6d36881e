//! Bytes that may hold secrets.

use core::fmt;
use core::ops::{Deref, DerefMut};

use zeroize::Zeroize;

/// Bytes that are wiped from memory when they are dropped, by words where `Zeroizing` takes them one by one: of a store with very many
/// devices that is a good part of what a call takes.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Wiped(Vec<u8>);

impl Wiped {
    /// These bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        // What a vector does not hold any more is wiped as a whole.
        self.0.clear();
        self.0.zeroize();
    }
}

impl Deref for Wiped {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Wiped {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Wiped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wiped({})", self.0.len())
    }
}
