//! What an operation may want of a state dir that nobody has looked at yet, so that a driver for which every look is a journey
//! reads all of it in one.

use crate::codes::ErrorCode;
use crate::error::Result;
use crate::inputs::{File, Inputs};
use crate::store::rows;
use crate::wants::{Missing, Stop};

/// No operation has more turns of reading.
const TURNS: usize = 20;

/// The answers to queries that are tried: no database, an empty one, one that holds an identity.
#[derive(Clone, Copy, PartialEq)]
enum Database {
    Absent,
    Empty,
    Paired,
}

/// All that `wanted` asks for, whichever store it meets; with `fresh` there is none. A query about the device whose identity a
/// database holds is asked for [`rows::STAND_IN`], which the driver replaces.
///
/// # Errors
/// What is refused before anything is read: options that contradict each other, or a state dir that cannot be told.
pub fn foresee<'a>(
    inputs: &Inputs<'a>,
    fresh: bool,
    wanted: impl Fn(&Inputs<'a>) -> Option<Stop>,
) -> Result<Missing> {
    let mut all = Missing::default();
    let databases = [Database::Absent, Database::Empty, Database::Paired];
    for database in databases.into_iter().take(if fresh { 1 } else { databases.len() }) {
        let mut inputs = inputs.clone();
        for _ in 0..TURNS {
            match wanted(&inputs) {
                None => break,
                // A refusal of the real one is seen when it has been read.
                Some(Stop::Refused(error)) => match database {
                    Database::Absent if error.code != ErrorCode::NotFound => return Err(error),
                    _ => break,
                },
                Some(Stop::Missing(missing)) => {
                    answer(&mut inputs, &missing, database);
                    if !missing.bases.is_empty() {
                        all.bases = missing.bases;
                    }
                    add(&mut all.files, missing.files);
                    add(&mut all.optional, missing.optional);
                    add(&mut all.queries, missing.queries);
                    add(&mut all.stats, missing.stats);
                }
            }
        }
    }
    Ok(all)
}

fn add<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
    for item in more {
        if !all.contains(&item) {
            all.push(item);
        }
    }
}

/// Nothing stands anywhere but, perhaps, in the database.
fn answer(inputs: &mut Inputs<'_>, missing: &Missing, database: Database) {
    for file in &missing.files {
        inputs.files.insert(file.clone(), File::Absent);
    }
    for path in &missing.stats {
        inputs.stats.get_or_insert_default().insert(path.clone(), None);
    }
    for query in &missing.queries {
        let found = match database {
            Database::Absent => None,
            database => Some(rows::imagined(&query.id, database == Database::Paired)),
        };
        inputs.rows.insert(query.id.clone(), found);
    }
}
