//! The members of an object.

use core::{fmt, mem, slice};
use std::vec;

/// The members of an object in the order in which they came, each name once. A member is found in logarithmic time: configs and
/// requests may be as large as somebody makes them.
#[derive(Clone)]
pub struct Members<V> {
    members: Vec<(String, V)>,
    /// The places of the members in the order of their names.
    sorted: Vec<u32>,
}

impl<V> Members<V> {
    /// No member.
    pub const fn new() -> Self {
        Self { members: Vec::new(), sorted: Vec::new() }
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
        let at = self.place(name).ok()?;
        self.members.get(at).map(|(_, value)| value)
    }

    /// The value of this name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        let at = self.place(name).ok()?;
        self.members.get_mut(at).map(|(_, value)| value)
    }

    /// Whether there is a member of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    /// Gives a member this value, and what it had; a new one comes last.
    pub fn insert(&mut self, name: String, value: V) -> Option<V> {
        match self.place(&name) {
            Ok(at) => self.members.get_mut(at).map(|(_, old)| mem::replace(old, value)),
            Err(rank) => {
                self.sorted.insert(rank, self.members.len() as u32);
                self.members.push((name, value));
                None
            }
        }
    }

    /// The value of this name, which is `value` where there was none.
    pub fn or_insert(&mut self, name: &str, value: V) -> &mut V {
        let at = self.place(name).unwrap_or_else(|rank| {
            let at = self.members.len();
            self.sorted.insert(rank, at as u32);
            self.members.push((name.to_owned(), value));
            at
        });
        &mut self.members[at].1
    }

    /// Keeps the members whose names are wanted.
    pub fn retain(&mut self, mut wanted: impl FnMut(&str) -> bool) {
        let members = mem::take(self);
        self.extend(members.into_iter().filter(|(name, _)| wanted(name)));
    }

    /// Takes a member out; the others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<V> {
        let at = self.place(name).ok()?;
        self.sorted.retain(|place| *place as usize != at);
        self.sorted.iter_mut().filter(|place| **place as usize > at).for_each(|place| *place -= 1);
        Some(self.members.remove(at).1)
    }

    /// The members, in order.
    pub fn iter(&self) -> slice::Iter<'_, (String, V)> {
        self.members.iter()
    }

    /// The members, in order, their values to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&String, &mut V)> {
        self.members.iter_mut().map(|(name, value)| (&*name, value))
    }

    /// The members in the order of their names.
    pub fn by_name(&self) -> impl Iterator<Item = &(String, V)> {
        self.sorted.iter().map(|place| &self.members[*place as usize])
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

    /// Where a member stands among the members, else where its place would stand among the sorted.
    fn place(&self, name: &str) -> Result<usize, usize> {
        let order = |place: &u32| self.members[*place as usize].0.as_str().cmp(name);
        self.sorted.binary_search_by(order).map(|rank| self.sorted[rank] as usize)
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
        self.len() == other.len() && self.by_name().eq(other.by_name())
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
