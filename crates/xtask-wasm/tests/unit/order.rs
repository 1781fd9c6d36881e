use super::ordered;
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    Module, TypeSection,
};
use wasmparser::{ExternalKind, Operator, Parser, Payload};

const COUNT: u32 = 400;
const KINDS: u32 = 20;

/// One imported function and `COUNT` own ones, each exported under the number that it gives; every 20th one is alike.
fn module() -> Vec<u8> {
    let (mut types, mut imports, mut functions) =
        (TypeSection::new(), ImportSection::new(), FunctionSection::new());
    let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
    types.ty().function([], [wasm_encoder::ValType::I32]);
    imports.import("m", "f", EntityType::Function(0));
    for number in 0..COUNT {
        functions.function(0);
        exports.export(&number.to_string(), ExportKind::Func, number + 1);
        let mut body = Function::new([]);
        let mut body_of = body.instructions();
        for step in 0..60 {
            body_of.i64_const(i64::from(number % KINDS) << 50 | step << 40).drop();
        }
        // the first one calls the import, each other one the function before it
        body_of.call(number).drop().i32_const(number as i32).end();
        code.function(&body);
    }
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
    module.finish()
}

/// What each own function calls and gives, and the functions by the names of their exports.
type Read = (Vec<(u32, i32)>, Vec<(i32, u32)>);

fn read(module: &[u8]) -> Read {
    let (mut bodies, mut names) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload.expect("a module") {
            Payload::CodeSectionEntry(body) => {
                let (mut calls, mut gives) = (0, 0);
                for operator in body.get_operators_reader().expect("a body") {
                    match operator.expect("an operator") {
                        Operator::Call { function_index } => calls = function_index,
                        Operator::I32Const { value } => gives = value,
                        _ => {}
                    }
                }
                bodies.push((calls, gives));
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.expect("an export");
                    assert_eq!(export.kind, ExternalKind::Func);
                    names.push((export.name.parse().expect("a number"), export.index));
                }
            }
            _ => {}
        }
    }
    (bodies, names)
}

#[test]
fn functions_that_are_alike_come_together_and_each_is_found_where_it_was() {
    let before = module();
    let after = ordered(&before).expect("a module");
    assert_eq!(after.len(), before.len());
    assert_eq!(ordered(&before), Ok(after.clone()), "the same each time");
    let (bodies, names) = read(&after);
    let at = |index: u32| bodies[index as usize - 1];
    for (name, index) in names {
        let (calls, gives) = at(index);
        assert_eq!(gives, name);
        match name {
            0 => assert_eq!(calls, 0, "the import"),
            _ => assert_eq!(at(calls).1, name - 1),
        }
    }
    assert!((0..127).all(|place| bodies[place].1 == place as i32), "what one byte names stays");
    let kinds: Vec<i32> = bodies.iter().map(|(_, gives)| gives % KINDS as i32).collect();
    let strange = |&place: &usize| !kinds[place - 8..place].contains(&kinds[place]);
    let found = (127..kinds.len()).filter(strange).count();
    assert!(found <= KINDS as usize, "{found} of another kind than those before them: {kinds:?}");
}

#[test]
fn what_is_no_module_is_refused() {
    assert!(ordered(b"\0asm\x01\0\0\0\x0a\x02\x01").is_err());
}
