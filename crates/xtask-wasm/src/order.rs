//! Functions of a module that are alike, near each other: it travels compressed, and what compresses it looks for what it has seen.

use std::collections::{BTreeMap, HashSet, VecDeque};

use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

/// A function below is named by one byte, and wasm-opt has put those there that most calls name.
const SHORT: u32 = 128;
/// How many bytes in a row count as seen before. What more functions have is seen anywhere.
const RUN: usize = 6;
const MOST: usize = 60;
/// How far back.
const WINDOW: usize = 4000;

/// The same module in another order of its functions.
pub(crate) fn ordered(module: &[u8]) -> Result<Vec<u8>, String> {
    let (mut imported, mut bodies) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload.map_err(|e| e.to_string())? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.map_err(|e| e.to_string())?;
                    imported += u32::from(matches!(import.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    let order = order(&bodies, SHORT.saturating_sub(imported) as usize);
    let mut places = vec![0; order.len()];
    for (place, &function) in (imported..).zip(&order) {
        places[function] = place;
    }
    let mut out = Module::new();
    Moved { imported, order, places }
        .parse_core_module(&mut out, Parser::new(0), module)
        .map_err(|e| e.to_string())?;
    Ok(out.finish())
}

/// The functions, after the first `fixed` always the one of which most was seen just before.
fn order(bodies: &[&[u8]], fixed: usize) -> Vec<usize> {
    let mut having: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    for (function, body) in bodies.iter().enumerate() {
        for run in body.windows(RUN).collect::<HashSet<_>>() {
            having.entry(run).or_default().push(function);
        }
    }
    having.retain(|_, functions| (2..=MOST).contains(&functions.len()));
    let mut runs: Vec<Vec<usize>> = vec![Vec::new(); bodies.len()];
    for (run, functions) in having.values().enumerate() {
        functions.iter().for_each(|&function| runs[function].push(run));
    }
    let having: Vec<&Vec<usize>> = having.values().collect();

    let mut left: Vec<bool> = vec![true; bodies.len()];
    // how often a run is in the window, and how many of its runs are there of each function
    let (mut times, mut seen) = (vec![0_u32; having.len()], vec![0_usize; bodies.len()]);
    let (mut order, mut window, mut bytes) = (Vec::new(), VecDeque::new(), 0);
    while order.len() < bodies.len() {
        let alike = |&function: &usize| (seen[function] << 20) / bodies[function].len();
        let next = match order.len() {
            place if place < fixed => place,
            _ => (0..bodies.len()).rev().filter(|&f| left[f]).max_by_key(alike).unwrap_or(0),
        };
        left[next] = false;
        order.push(next);
        window.push_back(next);
        bytes += bodies[next].len();
        for &run in &runs[next] {
            times[run] += 1;
            if times[run] == 1 {
                having[run].iter().for_each(|&function| seen[function] += 1);
            }
        }
        while bytes > WINDOW && window.len() > 1 {
            let Some(old) = window.pop_front() else { break };
            bytes -= bodies[old].len();
            for &run in &runs[old] {
                times[run] -= 1;
                if times[run] == 0 {
                    having[run].iter().for_each(|&function| seen[function] -= 1);
                }
            }
        }
    }
    order
}

/// Writes a module with its functions elsewhere.
struct Moved {
    imported: u32,
    /// The functions in their new order.
    order: Vec<usize>,
    /// The index of each.
    places: Vec<u32>,
}

impl Reencode for Moved {
    type Error = core::convert::Infallible;

    fn function_index(&mut self, func: u32) -> Result<u32, reencode::Error> {
        Ok(func.checked_sub(self.imported).map_or(func, |own| self.places[own as usize]))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        let types = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for &function in &self.order {
            functions.function(types[function]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for function in self.order.clone() {
            utils::parse_function_body(self, code, bodies[function].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "../tests/unit/order.rs"]
mod tests;
