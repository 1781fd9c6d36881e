//! The files of the JavaScript host, which is asked for everything. A content stays in this memory, where the host reads it into and
//! writes it from: beside very many devices a copy of its own would be what a call takes most.

use core::cell::RefCell;
use core::mem;

use prepair_core::base::json::{Value, json, object};
use prepair_core::base::wiped::Wiped;
use prepair_core::bridge::{Answered, Stands, answered, text};
use prepair_core::codes::ErrorCode;
use prepair_core::error::{Error, Result};
use prepair_core::inputs::Stat;
use prepair_host::{ApplyRequest, Disk, Entry, ReadReply, Waiting};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::host::Host;

thread_local! {
    /// The room for a content, and those that are kept.
    static ROOMS: RefCell<(Wiped, Vec<Wiped>)> = RefCell::default();
}

/// Room for a content of at most this length: where it lies in this memory. It takes the place of one that was not kept.
#[wasm_bindgen]
pub fn room(length: usize) -> usize {
    ROOMS.with_borrow_mut(|(room, _)| {
        *room = Wiped::default();
        *room = Wiped::new(vec![0; length]);
        room.as_mut_ptr() as usize
    })
}

/// Keeps what the host has put there, of this length, for the answer that it gives.
#[wasm_bindgen]
pub fn keep(length: usize) {
    ROOMS.with_borrow_mut(|(room, kept)| {
        room.truncate(length);
        kept.push(mem::take(room));
    });
}

impl Host {
    fn told(
        &self,
        what: &str,
        fields: &mut [(&str, Value)],
        contents: &[&[u8]],
    ) -> Result<Answered> {
        let request = text(&object(fields));
        contents.iter().for_each(|content| self.part(content));
        answered(&self.ask(what, &request))
    }
}

impl Disk for Host {
    fn read(&self, bases: &[String], files: &[String]) -> Result<ReadReply> {
        let answer =
            self.told("readFiles", &mut [("bases", bases.into()), ("files", files.into())], &[]);
        let (_, mut contents) = ROOMS.take();
        let (files, leftovers) = answer?.files()?;
        let entry = |(path, stands)| {
            let entry = match stands {
                Stands::Not => Entry::Absent,
                Stands::File(index) => match contents.get_mut(index) {
                    Some(content) => Entry::File(mem::take(content)),
                    None => return Err(Error::new(ErrorCode::Internal, "A content is missing.")),
                },
                Stands::Dir => Entry::Dir,
                Stands::Symlink => Entry::Symlink,
                Stands::Other => Entry::Other,
            };
            Ok((path, entry))
        };
        Ok(ReadReply { files: files.into_iter().map(entry).collect::<Result<_>>()?, leftovers })
    }

    fn same(&self, bases: &[String], files: &[(&str, Option<&[u8]>)]) -> Result<bool> {
        let mut contents = Vec::new();
        let files: Value = files
            .iter()
            .map(|(path, content)| {
                let index = content.map(|content| put(&mut contents, content));
                ((*path).to_owned(), index)
            })
            .collect();
        let mut request = [("bases", bases.into()), ("files", files)];
        self.told("sameFiles", &mut request, &contents)?.is("same")
    }

    /// Whom it waits for the host tells by itself.
    fn apply(&self, request: &ApplyRequest<'_>, _: Waiting<'_>) -> Result<()> {
        let mut contents = Vec::new();
        let ApplyRequest { bases, steps, owner, rehearse, .. } = request;
        let steps = steps.iter().map(|step| {
            let crossing = |content| Ok::<_, Error>(put(&mut contents, content));
            step.clone().with(crossing)
        });
        let steps = steps.collect::<Result<Vec<_>>>()?;
        let owner =
            owner.map(|owner| object(&mut [("uid", owner.uid.into()), ("gid", owner.gid.into())]));
        let mut request = [
            ("bases", bases.as_slice().into()),
            ("steps", json(&steps)),
            ("owner", owner.into()),
            ("rehearse", (*rehearse).into()),
        ];
        self.told("applyFiles", &mut request, &contents).map(drop)
    }

    fn stat(&self, path: &str, linked: bool) -> Option<Stat> {
        self.told("stat", &mut [("path", path.into()), ("linked", linked.into())], &[])
            .and_then(Answered::stat)
            .ok()?
    }

    fn lacks_folder_of(&self, file: &str) -> bool {
        let answer = self.told("lacksFolder", &mut [("file", file.into())], &[]);
        answer.and_then(|answer| answer.is("lacks")).unwrap_or_default()
    }

    fn random(&self) -> Result<[u8; 12]> {
        let mut bytes = [0; 12];
        match Host::random(self, &mut bytes) {
            true => Ok(bytes),
            false => Err(Error::new(ErrorCode::Entropy, "The system gave no entropy.")),
        }
    }

    fn sleep_ms(&self, ms: u64) {
        let _ = self.told("sleep", &mut [("ms", ms.into())], &[]);
    }
}

fn put<'c>(contents: &mut Vec<&'c [u8]>, content: &'c [u8]) -> usize {
    contents.push(content);
    contents.len() - 1
}
