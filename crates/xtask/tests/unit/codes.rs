use super::{region, sorted};

#[test]
fn lines_between_marks_give_way() {
    let text = "a\n// <x> why\nold\n// </x>\nb\n";
    assert_eq!(region(text, "x", "new\n").as_deref(), Some("a\n// <x> why\nnew\n// </x>\nb\n"));
    assert_eq!(region(text, "y", "new\n"), None);
}

#[test]
fn every_row_says_what_it_means_and_what_to_do() {
    for (code, row) in sorted("") {
        for text in [row.meaning, row.remedy] {
            assert!(text.ends_with('.') && !text.contains('\n'), "{code}: {text}");
        }
    }
}
