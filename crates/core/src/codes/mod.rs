//! Codes: what a refusal or a notice is known by to programs. They are stable; their sentences are not.

use core::fmt;

use serde::{Serialize, Serializer};

macro_rules! codes {
    (
        errors { $($error:ident = $error_text:literal, $error_is:literal, $error_do:literal $(, $error_hint:literal)?;)* }
        both { $($both:ident = $both_text:literal, $both_notice:literal, $both_is:literal, $both_do:literal $(, $both_hint:literal)?;)* }
        notices { $($notice:ident = $notice_text:literal, $notice_is:literal, $notice_do:literal;)* }
    ) => {
        /// Why something is refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ErrorCode {
            $(#[doc = $error_is] $error,)*
            $(#[doc = $both_is] $both,)*
        }

        impl ErrorCode {
            /// As it is spelled: `ERR_PREPAIR_…`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$error => $error_text,)*
                    $(Self::$both => $both_text,)*
                }
            }

            /// Why something could not be read, as whoever read it spells it; a code that is not one of these counts as [`Self::Io`].
            pub fn of_failure(text: &str) -> Self {
                const ALL: &[ErrorCode] = &[$(ErrorCode::$error,)* $(ErrorCode::$both,)*];
                ALL.iter().copied().find(|code| code.as_str() == text).unwrap_or(Self::Io)
            }

            /// The hint of a refusal that has none of its own.
            pub(crate) fn hint(self) -> Option<&'static str> {
                match self {
                    $($(Self::$error => Some($error_hint),)?)*
                    $($(Self::$both => Some($both_hint),)?)*
                    _ => None,
                }
            }
        }

        /// What a notice is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum NoticeCode {
            $(#[doc = $both_is] $both,)*
            $(#[doc = $notice_is] $notice,)*
        }

        impl NoticeCode {
            /// As it is spelled: `W_…`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$both => $both_notice,)*
                    $(Self::$notice => $notice_text,)*
                }
            }
        }

        /// What refuses another operation is a finding of a diagnosis.
        impl From<ErrorCode> for NoticeCode {
            fn from(code: ErrorCode) -> Self {
                match code {
                    $(ErrorCode::$both => Self::$both,)*
                    // No reading of a state dir is refused with these.
                    _ => Self::Io,
                }
            }
        }
    };
}

mod table;

pub use table::{ErrorCode, NoticeCode};

macro_rules! spelled {
    ($code:ident) => {
        impl fmt::Display for $code {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $code {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

spelled!(ErrorCode);
spelled!(NoticeCode);
