use super::page;

#[test]
fn rows_of_other_stages_stay() {
    let order = ["fmt", "rust", "node"];
    let one = page("", &order, "rust", "1 | 0".to_owned());
    let two = page(&one, &order, "node", "2 | 0".to_owned());
    assert!(two.contains("| rust | 1 | 0 |\n| node | 2 | 0 |\n"), "{two}");
    assert!(two.contains("| fmt | not run yet |"), "{two}");
    assert_eq!(two, page(&two, &order, "node", "2 | 0".to_owned()));
}
