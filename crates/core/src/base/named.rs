//! Things by their names: environment variables, headers, rows.

use core::fmt;
use std::collections::BTreeMap;

/// Things by their names: few, so that looking through them is quick. Of two of the same name the last one counts.
#[derive(Clone, PartialEq, serde::Deserialize)]
#[serde(from = "BTreeMap<String, T>")]
pub struct Named<T>(Vec<(String, T)>);

impl<T> fmt::Debug for Named<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Variables, headers and rows hold tokens.
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl<T> Named<T> {
    /// The one of this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().rfind(|(known, _)| known == name).map(|(_, thing)| thing)
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is one of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Adds one.
    pub fn insert(&mut self, name: String, thing: T) {
        self.0.push((name, thing));
    }

    /// All in the order in which they came.
    pub fn iter(&self) -> core::slice::Iter<'_, (String, T)> {
        self.0.iter()
    }
}

impl<T> IntoIterator for Named<T> {
    type Item = (String, T);
    type IntoIter = std::vec::IntoIter<(String, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T> From<BTreeMap<String, T>> for Named<T> {
    fn from(things: BTreeMap<String, T>) -> Self {
        things.into_iter().collect()
    }
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> FromIterator<(String, T)> for Named<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(things: I) -> Self {
        Self(things.into_iter().collect())
    }
}
