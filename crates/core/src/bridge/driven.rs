//! How a driver is asked, and how it asks back: the JSON that crosses a binding beside that of [`super::call`].

use crate::base::json::{Map, Value, json, object};

use super::{Failure, Reply, Standing, given, plan_text, report_text, text};
use crate::again::Report;
use crate::base::json5;
use crate::base::named::Named;
use crate::codes::ErrorCode;
use crate::entropy::ENTROPY;
use crate::error::{Error, Result};
use crate::inputs::{File, Inputs, Installed, PassedOver, Rows};
use crate::parts::{Part, malformed};
use crate::question::{Answer, Question};
use crate::report;
use crate::report::devices::Compact;

/// A call, as a driver gets it.
pub struct Driven {
    /// What is asked; more than one only of what is observed, each of another connection.
    pub questions: Vec<Question>,
    /// What is known without looking.
    pub inputs: Inputs<'static>,
    /// Steps and contents are told, not the report alone.
    pub shows: bool,
    /// No more is asked than where the state dir is.
    pub bases: bool,
}

/// What a driver tells.
pub enum Told<'a> {
    /// Where the state dir is: the folders that may be reached through links.
    Bases(Vec<String>),
    /// Of what it did.
    Report(Report),
    /// What it saw, and the files that it read where they are to be shown.
    Answers(Vec<Answer>, Option<Vec<(String, File<'a>)>>),
}

/// Reads a call for a driver: `{ fn, operation, options, inputs, connections?, shows?, bases?, compact? }`.
///
/// # Errors
/// Those of [`Question::parse`].
pub fn driven(request: &str, blobs: &[&[u8]], entropy: &mut [u8; ENTROPY]) -> Result<Driven> {
    let request = json5::parse(request).ok_or_else(|| malformed("is no valid JSON"))?;
    let mut call = Part::of(request)?;
    let function = call.read::<String>("fn")?;
    let operation = call.read::<Option<String>>("operation")?.unwrap_or_default();
    let connections = call.read::<Option<Vec<Any>>>("connections")?;
    let (shows, bases) = (call.read("shows")?, call.read("bases")?);
    let compact = call.read("compact")?;
    // It reads all contents itself.
    let (options, inputs) = given(call, blobs, &[], entropy)?;
    let inputs = Inputs { compact, ..inputs };
    let question = |options: Value| Question::parse(&function, &operation, options, blobs, entropy);
    let questions = match connections {
        None => vec![question(options)?],
        Some(connections) => {
            let of = |Any(connection)| {
                let mut options = options.clone();
                options["connection"] = connection;
                question(options)
            };
            connections.into_iter().map(of).collect::<Result<_>>()?
        }
    };
    Ok(Driven { questions, inputs, shows, bases })
}

/// What a driver tells, as it crosses: `{ answers: [{ report, … }], files? }`, `{ bases }`, or `{ error }`.
pub fn told(outcome: Result<Told<'_>>) -> Reply {
    let mut blobs = Vec::new();
    let json = match outcome {
        Ok(Told::Bases(bases)) => text(&object(&mut [("bases", bases.into())])),
        Ok(Told::Report(report)) => {
            format!(r#"{{"answers":[{{"report":{}}}]}}"#, text(&report.into()))
        }
        Ok(Told::Answers(answers, files)) => {
            let answer = |answer| match answer {
                Answer::Found(found) => text(&found),
                Answer::Plan(plan) if files.is_some() => plan_text(*plan, &mut blobs),
                Answer::Plan(mut plan) => match &mut plan.report {
                    report::Report::DeviceList(list) if list.compact.is_some() => {
                        let compact = list.compact.take().unwrap_or_default();
                        format!(
                            r#"{{"report":{},"compact":{}}}"#,
                            report_text(plan.report),
                            crossing(compact, &mut blobs)
                        )
                    }
                    _ => format!(r#"{{"report":{}}}"#, report_text(plan.report)),
                },
            };
            let answers: Vec<String> = answers.into_iter().map(answer).collect();
            let stand = |(path, file)| (path, standing(file, &mut blobs));
            let files: Value = files.unwrap_or_default().into_iter().map(stand).collect();
            format!(r#"{{"answers":[{}],"files":{}}}"#, answers.join(","), text(&files))
        }
        Err(error) => text(&object(&mut [("error", json(&error))])),
    };
    Reply { json, blobs }
}

/// `{ sorts, texts, cells }`, the last two among the blobs.
fn crossing(compact: Compact, blobs: &mut Vec<Vec<u8>>) -> String {
    let Compact { sorts, texts, cells } = compact;
    let texts_at = blobs.len();
    blobs.extend([texts.into_bytes(), cells]);
    let sorts = sorts.join(",");
    format!(r#"{{"sorts":[{sorts}],"texts":{texts_at},"cells":{}}}"#, texts_at + 1)
}

fn standing(file: File<'_>, blobs: &mut Vec<Vec<u8>>) -> Value {
    let kind = |kind: &str| object(&mut [("kind", kind.into())]);
    match file {
        File::Absent => Value::Null,
        File::Bytes(content) => {
            blobs.push(content.to_vec());
            object(&mut [("blob", (blobs.len() - 1).into())])
        }
        File::Dir => kind("dir"),
        File::Symlink => kind("symlink"),
        File::Other => kind("other"),
    }
}

/// What a program that calls answers to a driver: its fields, or the refusal that it gives.
///
/// # Errors
/// That refusal; [`ErrorCode::Internal`] for what is no answer.
pub fn answered(reply: &str) -> Result<Answered> {
    let broken = || Error::new(ErrorCode::Internal, "A callback gave what is no answer.");
    let value = json5::parse(reply).ok_or_else(broken)?;
    let mut part = Part::of(value).map_err(|_| broken())?;
    match part.read::<Option<Failure>>("error").map_err(|_| broken())? {
        Some(failure) => Err(failure.into()),
        None => Ok(Answered(part)),
    }
}

/// An answer of the program that calls.
pub struct Answered(Part);

impl Answered {
    /// Rows by the ids of their queries.
    ///
    /// # Errors
    /// [`ErrorCode::Options`] for anything else.
    pub fn rows(mut self) -> Result<Named<Rows>> {
        self.0.read("rows")
    }

    /// What it saw of a running gateway, told to the inputs; whether that takes the place of what was known before.
    ///
    /// # Errors
    /// [`ErrorCode::Options`] for anything else.
    pub fn gateway(mut self, inputs: &mut Inputs<'_>) -> Result<bool> {
        inputs.gateway = self.0.read("gateway")?;
        let anew = self.0.read("anew")?;
        if anew {
            inputs.installed = self.0.read::<Option<Installed>>("installed")?;
            inputs.passed_over = self.0.read::<Vec<PassedOver>>("passedOver")?;
        }
        Ok(anew)
    }

    /// Files by their paths, and whether a dead call left something; contents are told by their index.
    ///
    /// # Errors
    /// [`ErrorCode::Options`] for anything else.
    pub fn files(mut self) -> Result<(Named<Stands>, bool)> {
        let files: Named<Option<Standing>> = self.0.read("files")?;
        let files = files.into_iter().map(|(path, found)| (path, found.into())).collect();
        Ok((files, self.0.read("leftovers")?))
    }

    /// Modes and owner.
    ///
    /// # Errors
    /// [`ErrorCode::Options`] for anything else.
    pub fn stat(mut self) -> Result<Option<crate::inputs::Stat>> {
        self.0.read("stat")
    }

    /// A field that is true or absent.
    ///
    /// # Errors
    /// [`ErrorCode::Options`] for anything else.
    pub fn is(mut self, name: &str) -> Result<bool> {
        self.0.read(name)
    }
}

/// What stands at a path, its content by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// Nothing.
    Not,
    /// A file.
    File(usize),
    /// A folder.
    Dir,
    /// A symbolic link.
    Symlink,
    /// Anything else.
    Other,
}

/// Whatever there is.
struct Any(Value);

impl crate::parts::Read for Any {
    fn read(value: Value) -> Result<Self> {
        Ok(Self(value))
    }

    fn absent() -> Result<Self> {
        Ok(Self(Value::Object(Map::new())))
    }
}
