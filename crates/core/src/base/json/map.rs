//! The members of an object.

use core::{fmt, mem, slice};
use std::vec;

use super::index::Index;

/// The members of an object in the order in which they came, each name once. A config or a request may have as many as somebody likes.
#[derive(Clone)]
pub struct Members<V> {
    members: Vec<(String, V)>,
    /// Where there are more than a [`FEW`].
    index: Option<Box<Index>>,
}

/// So many are looked through one by one.
const FEW: usize = 16;

impl<V> Members<V> {
    /// No member.
    pub const fn new() -> Self {
        Self { members: Vec::new(), index: None }
    }

    /// How many members there are.
    pub const fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&V> {
        let at = self.place(name)?;
        self.members.get(at).map(|(_, value)| value)
    }

    /// The value of this name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        let at = self.place(name)?;
        self.members.get_mut(at).map(|(_, value)| value)
    }

    /// Whether there is a member of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    /// Gives a member this value, and what it had; a new one comes last.
    pub fn insert(&mut self, name: String, value: V) -> Option<V> {
        match self.place(&name) {
            Some(at) => self.members.get_mut(at).map(|(_, old)| mem::replace(old, value)),
            None => {
                self.push(name, value);
                None
            }
        }
    }

    /// The value of this name, which is `value` where there was none.
    pub fn or_insert(&mut self, name: &str, value: V) -> &mut V {
        let at = self.place(name).unwrap_or_else(|| {
            self.push(name.to_owned(), value);
            self.members.len() - 1
        });
        &mut self.members[at].1
    }

    /// Keeps the members whose names are wanted.
    pub fn retain(&mut self, mut wanted: impl FnMut(&str) -> bool) {
        let before = self.len();
        self.members.retain(|(name, _)| wanted(name));
        if self.len() < before {
            self.number();
        }
    }

    /// Takes a member out; the others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<V> {
        let (_, value) = self.members.remove(self.place(name)?);
        self.number();
        Some(value)
    }

    /// The members, in order.
    pub fn iter(&self) -> slice::Iter<'_, (String, V)> {
        self.members.iter()
    }

    /// The members, in order, their values to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&String, &mut V)> {
        self.members.iter_mut().map(|(name, value)| (&*name, value))
    }

    /// The names, in order.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.members.iter().map(|(name, _)| name)
    }

    /// The values, in order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.members.iter().map(|(_, value)| value)
    }

    /// The values, in order, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.members.iter_mut().map(|(_, value)| value)
    }

    fn place(&self, name: &str) -> Option<usize> {
        let is_it = |at: usize| self.members[at].0 == name;
        match &self.index {
            None => (0..self.members.len()).find(|at| is_it(*at)),
            Some(index) => index.find(name, is_it).ok(),
        }
    }

    /// Adds a member of another name than all.
    fn push(&mut self, name: String, value: V) {
        let place = self.members.len();
        match &mut self.index {
            Some(index) if index.has_room(place + 1) => {
                index.add(&name, place, |_| false);
                self.members.push((name, value));
            }
            _ => {
                self.members.push((name, value));
                self.number();
            }
        }
    }

    /// Numbers all anew.
    fn number(&mut self) {
        self.index = (self.members.len() > FEW).then(|| {
            let mut index = Box::new(Index::with_room(2 * self.members.len()));
            for (place, (name, _)) in self.members.iter().enumerate() {
                index.add(name, place, |_| false);
            }
            index
        });
    }
}

impl<V> Default for Members<V> {
    fn default() -> Self {
        Self::new()
    }
}

/// Equal whatever the order.
impl<V: PartialEq> PartialEq for Members<V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(name, value)| other.get(name) == Some(value))
    }
}

/// Names only: values hold secrets.
impl<V> fmt::Debug for Members<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys()).finish()
    }
}

impl<V> FromIterator<(String, V)> for Members<V> {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(members: I) -> Self {
        let mut map = Self::new();
        map.extend(members);
        map
    }
}

impl<V> Extend<(String, V)> for Members<V> {
    fn extend<I: IntoIterator<Item = (String, V)>>(&mut self, members: I) {
        for (name, value) in members {
            self.insert(name, value);
        }
    }
}

impl<V> IntoIterator for Members<V> {
    type Item = (String, V);
    type IntoIter = vec::IntoIter<(String, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.members.into_iter()
    }
}

impl<'a, V> IntoIterator for &'a Members<V> {
    type Item = &'a (String, V);
    type IntoIter = slice::Iter<'a, (String, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
