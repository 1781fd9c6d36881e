//! Shapes of wit/ and of the core that say the same, field by field: [`record`] and [`words`] state each pair once, and a field
//! or a word that one of them lacks fails to compile.

use prepair_core::base::named::Named;

/// What has a twin of another type.
pub(crate) trait To<T> {
    /// The twin.
    fn to(self) -> T;
}

impl<T: To<U>, U> To<Vec<U>> for Vec<T> {
    fn to(self) -> Vec<U> {
        self.into_iter().map(To::to).collect()
    }
}

impl<T: To<U>, U> To<Option<U>> for Option<T> {
    fn to(self) -> Option<U> {
        self.map(To::to)
    }
}

/// Named things, which wit/ has as pairs.
impl<T: To<U>, U> To<Named<U>> for Vec<(String, T)> {
    fn to(self) -> Named<U> {
        self.into_iter().map(|(name, thing)| (name, thing.to())).collect()
    }
}

macro_rules! itself {
    ($($type:ty)*) => {
        $(impl To<$type> for $type {
            fn to(self) -> $type {
                self
            }
        })*
    };
}
itself!(String bool u32 u64 i64);

/// Counts: in the core as large as the machine's memory.
impl To<u64> for usize {
    fn to(self) -> u64 {
        self as u64
    }
}

impl To<u32> for usize {
    fn to(self) -> u32 {
        u32::try_from(self).unwrap_or(u32::MAX)
    }
}

/// Records with the same fields.
macro_rules! record {
    ($($from:path => $into:path { $($field:ident),* })*) => {
        $(impl crate::to::To<$into> for $from {
            fn to(self) -> $into {
                use $from as From;
                use $into as Into;
                let From { $($field),* } = self;
                Into { $($field: crate::to::To::to($field)),* }
            }
        })*
    };
}

/// Enums with the same words, or the word of the second in parentheses.
macro_rules! words {
    ($($from:path => $into:path { $($word:ident $(($other:ident))?),* })*) => {
        $(impl crate::to::To<$into> for $from {
            fn to(self) -> $into {
                use $from as From;
                use $into as Into;
                match self {
                    $(From::$word => words!(@ Into $word $($other)?),)*
                }
            }
        })*
    };
    (@ $into:ident $word:ident) => { $into::$word };
    (@ $into:ident $word:ident $other:ident) => { $into::$other };
}

pub(crate) use {record, words};
