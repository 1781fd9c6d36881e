//! The files of the JavaScript host, which is asked for everything.

use js_sys::{Array, Function, Uint8Array};
use prepair_core::bridge::{Answered, Stands, answered, text};
use prepair_core::codes::ErrorCode;
use prepair_core::error::{Error, Result};
use prepair_core::inputs::Stat;
use prepair_core::steps::FileStep;
use prepair_host::{ApplyRequest, Disk, Entry, ReadReply, Waiting};
use serde_json::{Map, Value, json};
use wasm_bindgen::{JsCast, JsValue};
use zeroize::Zeroizing;

/// What the host answers with: a word, a JSON text and contents in, an array of a JSON text and contents out.
pub(crate) struct Host<'f>(pub(crate) &'f Function);

impl Host<'_> {
    pub(crate) fn ask(&self, what: &str, text: &str, blobs: &Array) -> Result<(String, Array)> {
        // What is thrown there is caught there.
        let broken = || Error::new(ErrorCode::Internal, "This is a bug in openclaw-prepair.");
        let answer = self
            .0
            .call3(&JsValue::NULL, &what.into(), &text.into(), blobs)
            .map_err(|_| broken())?;
        let answer: Array = answer.unchecked_into();
        Ok((answer.get(0).as_string().ok_or_else(broken)?, answer))
    }

    fn told(&self, what: &str, request: &Value, blobs: &Array) -> Result<(Answered, Array)> {
        let (text, parts) = self.ask(what, &text(request), blobs)?;
        Ok((answered(&text)?, parts))
    }
}

impl Disk for Host<'_> {
    fn read(&self, bases: &[String], files: &[String]) -> Result<ReadReply> {
        let (answer, parts) =
            self.told("readFiles", &json!({ "bases": bases, "files": files }), &Array::new())?;
        let (files, leftovers) = answer.files()?;
        let entry = |stands| match stands {
            Stands::Not => Entry::Absent,
            Stands::File(index) => {
                let content: Uint8Array = parts.get(index as u32 + 1).unchecked_into();
                Entry::File(Zeroizing::new(content.to_vec()))
            }
            Stands::Dir => Entry::Dir,
            Stands::Symlink => Entry::Symlink,
            Stands::Other => Entry::Other,
        };
        Ok(ReadReply {
            files: files.into_iter().map(|(path, it)| (path, entry(it))).collect(),
            leftovers,
        })
    }

    fn same(&self, bases: &[String], files: &[(&str, Option<&[u8]>)]) -> Result<bool> {
        let blobs = Array::new();
        let index = |content: &Option<&[u8]>| content.map(|content| put(&blobs, content));
        let files: Map<String, Value> = files
            .iter()
            .map(|(path, content)| ((*path).to_owned(), index(content).into()))
            .collect();
        self.told("sameFiles", &json!({ "bases": bases, "files": files }), &blobs)?.0.is("same")
    }

    /// Whom it waits for the host tells by itself.
    fn apply(&self, request: &ApplyRequest<'_>, _: Waiting<'_>) -> Result<()> {
        let blobs = Array::new();
        let ApplyRequest { bases, steps, owner, rehearse, .. } = request;
        let crossing = |step: &FileStep<&[u8]>| {
            step.clone().with(|content| Ok::<_, Error>(put(&blobs, content)))
        };
        let steps = steps.iter().map(crossing).collect::<Result<Vec<_>>>()?;
        let owner = owner.map(|owner| json!({ "uid": owner.uid, "gid": owner.gid }));
        let request =
            json!({ "bases": bases, "steps": steps, "owner": owner, "rehearse": rehearse });
        self.told("applyFiles", &request, &blobs).map(drop)
    }

    fn stat(&self, path: &str, linked: bool) -> Option<Stat> {
        let request = json!({ "path": path, "linked": linked });
        self.told("stat", &request, &Array::new()).and_then(|(answer, _)| answer.stat()).ok()?
    }

    fn lacks_folder_of(&self, file: &str) -> bool {
        let answer = self.told("lacksFolder", &json!({ "file": file }), &Array::new());
        answer.and_then(|(answer, _)| answer.is("lacks")).unwrap_or_default()
    }

    fn random(&self) -> Result<[u8; 12]> {
        let mut bytes = [0; 12];
        getrandom::fill(&mut bytes)
            .map_err(|_| Error::new(ErrorCode::Entropy, "The system gave no entropy."))?;
        Ok(bytes)
    }

    fn sleep_ms(&self, ms: u64) {
        let _ = self.told("sleep", &json!({ "ms": ms }), &Array::new());
    }
}

fn put(blobs: &Array, content: &[u8]) -> u32 {
    blobs.push(&Uint8Array::from(content)) - 1
}
