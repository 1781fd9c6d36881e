//! Objects of requests, taken apart by the types that their fields must have.

use crate::base::json::{Map, Value};

use crate::base::named::Named;
use crate::codes::ErrorCode;
use crate::error::{Error, Result};

/// An object of the request, its fields taken one by one; null counts as absent.
pub(crate) struct Part(pub(crate) Map);

impl Part {
    /// Anything but an object is refused.
    pub(crate) fn of(value: Value) -> Result<Self> {
        match value {
            Value::Object(map) => Ok(Self(map)),
            _ => Err(mistyped()),
        }
    }

    /// A field, whatever it is.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    /// A field that is an object.
    pub(crate) fn part(&mut self, name: &str) -> Result<Option<Self>> {
        self.take(name).map(Self::of).transpose()
    }

    /// A field that is as its type says.
    pub(crate) fn read<T: Read>(&mut self, name: &str) -> Result<T> {
        self.take(name).map_or_else(T::absent, T::read)
    }
}

/// What a field of a request can be.
///
/// Shapes are read by the rows of [`shapes`] and [`words`], not by derived serde: for the inputs and connections alone that
/// would add 52 KB to the module of 421 KB, 15 KB with brotli, and its sentences quote what it refuses.
pub(crate) trait Read: Sized {
    /// One that is there.
    fn read(value: Value) -> Result<Self>;

    /// One that is absent, or null.
    fn absent() -> Result<Self> {
        Err(mistyped())
    }
}

impl Read for String {
    fn read(value: Value) -> Result<Self> {
        match value {
            Value::String(text) => Ok(text),
            _ => Err(mistyped()),
        }
    }
}

impl Read for bool {
    fn read(value: Value) -> Result<Self> {
        value.as_bool().ok_or_else(mistyped)
    }

    fn absent() -> Result<Self> {
        Ok(false)
    }
}

impl Read for Map {
    fn read(value: Value) -> Result<Self> {
        Part::of(value).map(|part| part.0)
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: Value) -> Result<Self> {
        T::read(value).map(Some)
    }

    fn absent() -> Result<Self> {
        Ok(None)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: Value) -> Result<Self> {
        match value {
            // loops: of an iterator over results each type would have a copy
            Value::Array(items) => {
                let mut read = Self::new();
                for value in items {
                    read.push(item(value)?);
                }
                Ok(read)
            }
            _ => Err(mistyped()),
        }
    }

    fn absent() -> Result<Self> {
        Ok(Self::new())
    }
}

impl<T: Read> Read for Named<T> {
    fn read(value: Value) -> Result<Self> {
        let mut read = Self::default();
        for (name, value) in Part::of(value)?.0 {
            read.insert(name, item(value)?);
        }
        Ok(read)
    }

    fn absent() -> Result<Self> {
        Ok(Self::default())
    }
}

fn item<T: Read>(value: Value) -> Result<T> {
    if value.is_null() { T::absent() } else { T::read(value) }
}

macro_rules! whole {
    ($($number:ty)*) => {
        $(impl Read for $number {
            fn read(value: Value) -> Result<Self> {
                value.as_i64().and_then(|it| it.try_into().ok()).ok_or_else(mistyped)
            }
        })*
    };
}
whole!(i64 u32 u64 usize);

/// Structs that are read, field by field: each row names all fields of one, which JavaScript has in camelCase.
macro_rules! shapes {
    ($($shape:ident { $($field:ident),* })*) => {
        $(impl $shape {
            /// Its fields as JavaScript has them.
            #[allow(dead_code, reason = "of those that are read strictly")]
            pub(crate) const FIELDS: &[&str] = &[$(crate::parts::camel!($field)),*];
        }

        impl crate::parts::Read for $shape {
            fn read(value: crate::base::json::Value) -> crate::error::Result<Self> {
                let mut part = crate::parts::Part::of(value)?;
                Ok(Self { $($field: part.read(crate::parts::camel!($field))?),* })
            }
        })*
    };
}

/// Enums that are read, each by the words of its variants; one that is absent has its default, if any.
macro_rules! words {
    ($($kind:ident $(or $default:ident)? { $($word:ident $text:literal),* })*) => {
        $(impl $kind {
            pub(crate) const WORDS: &[&str] = &[$($text),*];

            /// By its word.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($text => Some(Self::$word),)*
                    _ => None,
                }
            }

            /// Its word.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$word => $text,)*
                }
            }
        }

        impl crate::parts::Read for $kind {
            fn read(value: crate::base::json::Value) -> crate::error::Result<Self> {
                value.as_str().and_then(Self::parse).ok_or_else(crate::parts::mistyped)
            }

            $(fn absent() -> crate::error::Result<Self> {
                Ok(Self::$default)
            })?
        })*
    };
}

/// A field's name in camelCase.
macro_rules! camel {
    ($field:ident) => {{
        const CAMEL: ([u8; 32], usize) = crate::parts::camel_case(stringify!($field));
        const NAME: &str = match core::str::from_utf8(CAMEL.0.split_at(CAMEL.1).0) {
            Ok(name) => name,
            Err(_) => "",
        };
        NAME
    }};
}

pub(crate) use {camel, shapes, words};

/// `state_dir` as `stateDir`, and how long that is.
pub(crate) const fn camel_case(name: &str) -> ([u8; 32], usize) {
    let (from, mut to, mut at, mut length) = (name.as_bytes(), [0; 32], 0, 0);
    while at < from.len() {
        let begins = from[at] == b'_';
        at += begins as usize;
        to[length] = if begins { from[at].to_ascii_uppercase() } else { from[at] };
        length += 1;
        at += 1;
    }
    (to, length)
}

/// What a part of the wrong type is refused with. It is not quoted: it may hold a secret.
pub(crate) fn mistyped() -> Error {
    malformed("has a part of the wrong type")
}

/// What a request is refused with that could not be read.
pub(crate) fn malformed(what: &str) -> Error {
    Error::new(ErrorCode::Options, format!("The request {what}."))
        .hint("Options must be plain JSON values; strings must be valid Unicode, nesting at most 100 deep.")
}
