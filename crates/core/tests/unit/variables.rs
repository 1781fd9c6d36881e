//! What becomes of `${NAME}` in a config.

use super::*;

/// A value as the core has it.
macro_rules! json {
    ($($value:tt)*) => { crate::base::json::json(&serde_json::json!($($value)*)) };
}

fn substituted(config: Value, env: &[(&str, &str)]) -> (Value, Variables) {
    let Value::Object(mut map) = config else { panic!("no object") };
    let env = env.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let found = substitute(&mut map, &env);
    (Value::Object(map), found)
}

#[test]
fn variables_of_the_environment_and_of_the_config() {
    let (config, found) = substituted(
        json!({
            "env": { "vars": { "A": "vars", "B": "vars", "C": "vars", "E": "${A}" }, "B": "env" },
            "gateway": { "list": ["${A}", "x${B}y${C}", "${D}", "${E}", "${F}"], "mode": "local", "port": 1 },
        }),
        &[("C", "given"), ("A", " "), ("F", "")],
    );
    assert_eq!(
        config["gateway"],
        json!({ "list": ["vars", "xenvygiven", "${D}", "${E}", "${F}"], "mode": "local", "port": 1 })
    );
    assert_eq!(found.known, ["env.vars.E", "gateway.list[0]", "gateway.list[1]"]);
    assert_eq!(found.unknown, ["gateway.list[2]", "gateway.list[3]", "gateway.list[4]"]);
}

#[test]
fn what_is_no_variable() {
    let texts = json!(["$${A}", "$A", "${a}", "${1A}", "${}", "${A", "$$A", "$"]);
    let (config, found) = substituted(json!({ "a": texts }), &[("A", "no")]);
    let same = json!(["${A}", "$A", "${a}", "${1A}", "${}", "${A", "$$A", "$"]);
    assert_eq!(config["a"], same);
    assert_eq!(found, Variables::default());
    let (config, _) = substituted(json!({ "a": "$${A}${A}$" }), &[("A", "1")]);
    assert_eq!(config["a"], "${A}1$");
}
