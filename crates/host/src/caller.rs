//! What only the program that calls can do: its SQLite, and what it sees of processes and packages.

use prepair_core::base::named::Named;
use prepair_core::error::{Error, Result};
use prepair_core::inputs::{Inputs, Rows};
use prepair_core::steps::Statement;
use prepair_core::wants::Query;

/// The program that calls. What fails there ends the call.
pub trait Caller {
    /// Answers queries without changing anything; `None` for a database that is not there. With `mends` what a killed writer left
    /// unfinished is undone.
    fn read(&mut self, queries: &[Query], mends: bool) -> Result<Named<Rows>>;

    /// Opens a database and begins a transaction that writes.
    fn begin(&mut self, db: &str) -> Result<()>;

    /// Answers queries inside of that transaction.
    fn query(&mut self, queries: &[Query]) -> Result<Named<Rows>>;

    /// Runs statements in it, each of which changes as many rows as it says.
    fn run(&mut self, statements: &[Statement]) -> Result<()>;

    /// Ends the transaction and closes the database.
    fn commit(&mut self) -> Result<()>;

    /// Undoes the transaction and closes the database.
    fn rollback(&mut self);

    /// Looks for a gateway that runs on these folders. Tells the inputs, and whether it took the place of what was known before.
    fn gateway(&mut self, bases: &[String], inputs: &mut Inputs<'_>) -> Result<bool>;

    /// The same refusal, with whose the path is that may not be opened.
    fn explained(&mut self, error: Error) -> Error;

    /// Says whom a lock is waited for, at most once a second: a process where it is known, and how many ms so far.
    fn waiting(&mut self, holder: Option<u32>, ms: u64) -> Result<()>;
}
