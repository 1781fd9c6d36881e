//! A module in two: what only some of its exports need becomes a second module, which works in the first one's memory.

use walrus::{
    ExportItem, FunctionId, FunctionKind, GlobalId, GlobalKind, ImportKind, ImportedFunction,
    MemoryId, Module, ModuleConfig, TableId, passes::gc,
};

/// The module without the exports `apart` and what only they need, and the module with these, which imports from `main`, as its import
/// section says, all that the two share. What stands in the table stays in the first: nobody can tell who calls it.
pub(crate) fn split(
    module: &[u8],
    apart: &[&str],
    main: &str,
) -> Result<(Vec<u8>, Vec<u8>), String> {
    let parsed = || {
        let mut config = ModuleConfig::new();
        config.generate_producers_section(false);
        config.parse(module).map_err(|e| format!("{e:#}"))
    };
    let mut first: Module = parsed()?;
    for name in apart {
        first.exports.remove(name).map_err(|e| format!("{e:#}"))?;
    }
    gc::run(&mut first);
    let stay = Shared::of(&first);

    let mut second: Module = parsed()?;
    let others = second.exports.iter().filter(|export| !apart.contains(&export.name.as_str()));
    let others: Vec<_> = others.map(|export| export.id()).collect();
    others.into_iter().for_each(|export| second.exports.delete(export));
    share(&mut second, &stay, main);
    gc::run(&mut second);

    let shared = second.imports.iter_mut().filter(|import| import.module == main);
    for (at, import) in shared.enumerate() {
        import.name = short(at);
        let item =
            stay.item(&import.kind).ok_or("the second module needs what the first has not")?;
        first.exports.add(&import.name, item);
    }
    Ok((first.emit_wasm(), second.emit_wasm()))
}

/// What the first module has, in the order of the whole: a thing has the same number in both, since both were the same bytes.
struct Shared {
    functions: Vec<FunctionId>,
    globals: Vec<GlobalId>,
    memories: Vec<MemoryId>,
    tables: Vec<TableId>,
}

impl Shared {
    fn of(first: &Module) -> Self {
        Self {
            functions: first.funcs.iter().map(walrus::Function::id).collect(),
            globals: first.globals.iter().map(walrus::Global::id).collect(),
            memories: first.memories.iter().map(walrus::Memory::id).collect(),
            tables: first.tables.iter().map(walrus::Table::id).collect(),
        }
    }

    /// The first one's, of what the second one imports.
    fn item(&self, import: &ImportKind) -> Option<ExportItem> {
        match import {
            ImportKind::Function(id) => at(&self.functions, id.index()).map(Into::into),
            ImportKind::Global(id) => at(&self.globals, id.index()).map(Into::into),
            ImportKind::Memory(id) => at(&self.memories, id.index()).map(Into::into),
            ImportKind::Table(id) => at(&self.tables, id.index()).map(Into::into),
            ImportKind::Tag(_) => None,
        }
    }
}

trait Numbered: Copy {
    fn number(self) -> usize;
}

fn at<I: Numbered>(ids: &[I], number: usize) -> Option<I> {
    ids.iter().copied().find(|id| id.number() == number)
}

macro_rules! numbered {
    ($($id:ty)*) => {
        $(impl Numbered for $id {
            fn number(self) -> usize {
                self.index()
            }
        })*
    };
}
numbered!(FunctionId GlobalId MemoryId TableId);

/// Makes imports of all that stays in the first module; nothing is put into memory or a table twice.
fn share(second: &mut Module, stay: &Shared, main: &str) {
    let Module { funcs, globals, memories, tables, data, elements, imports, .. } = second;
    for id in funcs.iter_local().map(|(id, _)| id).collect::<Vec<_>>() {
        if at(&stay.functions, id.index()).is_some() {
            let function = funcs.get_mut(id);
            let ty = function.ty();
            let import = imports.add(main, "", id);
            function.kind = FunctionKind::Import(ImportedFunction { import, ty });
        }
    }
    for id in globals.iter().map(walrus::Global::id).collect::<Vec<_>>() {
        globals.get_mut(id).kind = GlobalKind::Import(imports.add(main, "", id));
    }
    for memory in memories.iter_mut() {
        memory.import = Some(imports.add(main, "", memory.id()));
        memory.data_segments.clear();
    }
    for table in tables.iter_mut() {
        table.import = Some(imports.add(main, "", table.id()));
        table.elem_segments.clear();
    }
    for id in data.iter().map(walrus::Data::id).collect::<Vec<_>>() {
        data.delete(id);
    }
    for id in elements.iter().map(walrus::Element::id).collect::<Vec<_>>() {
        elements.delete(id);
    }
}

/// The names of exports: a, b, … z, aa, ba, …
fn short(mut at: usize) -> String {
    let mut name = String::new();
    loop {
        name.push(char::from(b'a' + (at % 26) as u8));
        if at < 26 {
            return name;
        }
        at = at / 26 - 1;
    }
}
