//! The driver: looks, plans, applies, reads back and plans again, until there is nothing left to do. It lets the core's decisions
//! touch a disk, and decides nothing itself.
//!
//! It exists once, for every binding: what a system is asked is [`Disk`], what only JavaScript can answer is [`Caller`].
#![forbid(unsafe_code)]

mod asking;
mod caller;
mod disk;
mod look;
mod settle;

pub use asking::Asking;
pub use caller::Caller;
pub use disk::{ApplyRequest, Disk, Entry, ReadReply, Waiting};

use prepair_core::bridge::{self, Driven, Reply, Told};
use prepair_core::entropy::ENTROPY;
use prepair_core::error::Result;
use zeroize::Zeroizing;

use crate::look::{Kept, Look, Rows};
use crate::settle::settle;

/// One call, from options to report: `{ fn, operation, options, inputs, connections?, shows?, bases? }`, where `fn` is a [`Question`] and `inputs`
/// are what this cannot know (the clock, the process, the installed package). Gives `{ answers: [{ report, … }] }`, one a connection; with
/// `shows` also the steps and the files that were read, their contents among the blobs; with
/// `bases` no more than where the state dir is. A refusal is `{ error }`.
pub fn drive<D: Disk, C: Caller>(
    disk: &D,
    caller: &mut C,
    request: &str,
    blobs: &[&[u8]],
    entropy: [u8; ENTROPY],
) -> Reply {
    let mut entropy = Zeroizing::new(entropy);
    let kept = Kept::new();
    bridge::told(
        bridge::driven(request, blobs, &mut entropy)
            .and_then(|driven| done(disk, caller, driven, &entropy, &kept)),
    )
}

fn done<'k, D: Disk, C: Caller>(
    disk: &D,
    caller: &mut C,
    driven: Driven,
    entropy: &[u8; ENTROPY],
    kept: &'k Kept,
) -> Result<Told<'k>> {
    let Driven { mut questions, inputs, shows, bases } = driven;
    let mut look = Look::new(disk, caller, inputs, entropy);
    let mut inputs = look.begin();
    if let [question] = questions.as_mut_slice() {
        if bases {
            return look.bases(kept, &mut inputs, question).map(Told::Bases);
        }
        if question.writes() {
            return settle(&mut look, question).map(Told::Report);
        }
    }
    let answer = |question| Ok(look.through(kept, &mut inputs, question, Rows::Disk)?.answer);
    let answers = questions.iter().map(answer).collect::<Result<_>>()?;
    Ok(Told::Answers(answers, shows.then(|| inputs.files.iter().cloned().collect())))
}
