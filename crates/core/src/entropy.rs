//! The random bytes that a caller brings, and what is made of them.

use crate::base::keys::KeyPair;
use crate::codes::ErrorCode;
use crate::error::{Error, Result};

/// Bytes of entropy that a plan may use: the seed of a new identity and a new token.
pub const ENTROPY: usize = 64;

/// Entropy that a caller gave.
pub fn entropy(given: &[u8]) -> Result<[u8; ENTROPY]> {
    given.first_chunk().copied().ok_or_else(|| {
        Error::new(
            ErrorCode::Entropy,
            format!("inputs.entropy has {} bytes; {ENTROPY} are needed.", given.len()),
        )
        .hint("The first 32 make a new identity, the next 32 a new token.")
    })
}

/// The part of the entropy that a new identity is made of.
pub fn seed(entropy: &[u8; ENTROPY]) -> &[u8; 32] {
    let [seed, _] = halves(entropy);
    seed
}

/// A new identity outside of any state dir.
pub fn new_identity(entropy: &[u8; ENTROPY]) -> Result<KeyPair> {
    // A source that gives nothing must not give a key that everyone knows.
    if seed(entropy) == &[0; 32] {
        return Err(no_entropy());
    }
    Ok(KeyPair::from_seed(seed(entropy)))
}

pub(crate) fn halves(entropy: &[u8; ENTROPY]) -> [&[u8; 32]; 2] {
    // 64 bytes are two times 32
    [entropy.first_chunk().unwrap_or(&[0; 32]), entropy.last_chunk().unwrap_or(&[0; 32])]
}

pub(crate) fn no_entropy() -> Error {
    Error::new(ErrorCode::Entropy, "There was no entropy for a new key or token.")
        .hint("Give 64 random bytes as inputs.entropy.")
}
