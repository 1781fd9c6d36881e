//! The list of changes that the test of the rules table makes: each cell takes each other value of its column once.

use prepair_core::rules::Rules;

#[test]
fn every_cell_takes_each_other_value_of_its_column_once() {
    for (field, expected) in [
        ("corrupt_store_is_error", &[(0, 1), (1, 0)][..]),
        // true, false, true again
        ("silent_role", &[(0, 1), (1, 0), (2, 1)]),
        ("sticky", &[(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]),
        // nothing, remote, refused, nothing again
        ("bind_lan", &[(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (3, 1), (3, 2)]),
    ] {
        let changes = Rules::changes();
        let own = changes.iter().filter(|change| change.field == field);
        let pairs: Vec<(usize, usize)> = own.map(|change| (change.cell, change.takes)).collect();
        assert_eq!(pairs, expected, "{field}");
    }
}
