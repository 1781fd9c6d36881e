use proptest::prelude::*;

use super::{decimal, shortest};

fn same(text: &str) {
    let expected: f64 = text.parse().expect(text);
    assert_eq!(decimal(text).to_bits(), expected.to_bits(), "{text}: not {expected:e}");
}

fn shortest_is_that_of_core(value: f64) {
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').expect("an exponent");
    let point = exponent.parse::<i32>().expect("a number") + 1;
    assert_eq!(shortest(value), (mantissa.replace('.', ""), point), "{value:e}");
}

/// The text of the number halfway between a double and the next one: exact, however long.
fn halfway(bits: u64) -> String {
    let text = |bits: u64| format!("{:0>1500.1100}", f64::from_bits(bits));
    let (low, high) = (text(bits), text(bits + 1));
    let point = low.find('.').expect("a point");
    let digits =
        |text: &str| -> Vec<u8> { text.bytes().filter(|&b| b != b'.').map(|b| b - b'0').collect() };
    let mut sum = digits(&low);
    let mut carry = 0;
    for (digit, other) in sum.iter_mut().zip(digits(&high)).rev() {
        let all = *digit + other + carry;
        (*digit, carry) = (all % 10, all / 10);
    }
    let mut rest = 0;
    for digit in &mut sum {
        let all = rest * 10 + *digit;
        (*digit, rest) = (all / 2, all % 2);
    }
    let mut out: String = sum.iter().map(|digit| char::from(b'0' + digit)).collect();
    out.insert(point, '.');
    out
}

#[test]
fn known_hard_ones() {
    for text in [
        "0.0",
        "0e5",
        ".5",
        "5.",
        "5.e3",
        ".5E-3",
        "1e23",
        "8.5e22",
        "9007199254740993",
        "9007199254740993.0",
        "9007199254740992.9999999999999999",
        "123456789012345678901234567890",
        "18446744073709551615",
        "18446744073709551616",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "17976931348623159e292",
        "1e308",
        "1e309",
        "1e400",
        "1e99999999999",
        "0e99999999999",
        "1e-99999999999",
        "4.9e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "2.225073858507201136057409796709131975934819546351645648023426109724822222021076945516529523908135087914149158913039621106870086438694594645527657207407820621743379988141063267329253552286881372149012981122451451889849057222307285255133155755015914397476397983411801999323962548289017107081850690630666655994938275772572015763062690663332647565300009245888316433037779791869612049497390377829704905051080609940730262937128958950003583799967207254304360284078895771796150945516748243471030702609144621572289880258182545180325707018860872113128079512233426288368622321503775666622503982534335974568884423900265498198385487948292206894721689831099698365846814022854243330660339850886445804001034933970427567186443383770486037861622771738545623065874679014086723327636718751234567890123456789012345678901e-308",
    ] {
        same(text);
    }
    same(&format!("0.{}1", "0".repeat(2000)));
    same(&format!("1{}", "0".repeat(308)));
    same(&format!("1{}e-400", "0".repeat(900)));
    same(&format!("0.{}9e900", "0".repeat(900)));
}

#[test]
fn halfway_to_the_next() {
    let mut bits = 1u64;
    while bits < 0x7fe0_0000_0000_0000 {
        for bits in [bits, bits | 1, bits & !1] {
            let text = halfway(bits);
            same(&text);
            same(&format!("{text}1"));
        }
        bits = bits.wrapping_mul(3) / 2 + 12345;
    }
}

#[test]
fn the_fewest_digits() {
    for value in [
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::from_bits(1),
        f64::from_bits(2),
        0.1,
        0.3,
        1.0,
        1e21,
        1e22,
        1e23,
        9.5e-7,
        0.1 + 0.2,
        5e-7,
        123456.789,
        9007199254740993.0,
        1760000000000.5,
        2.0_f64.powi(60),
        2.0_f64.powi(-44),
    ] {
        shortest_is_that_of_core(value);
    }
    // powers of two, where the double below is nearer than that above
    for field in 0..0x7ff_u64 {
        for bits in [field << 52, (field << 52) + 1, (field << 52).wrapping_sub(1)] {
            let value = f64::from_bits(bits);
            if value > 0.0 && value.is_finite() {
                shortest_is_that_of_core(value);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn as_core_reads_them(digits in "[0-9]{1,25}", fraction in "[0-9]{0,25}", exponent in -360i32..330) {
        same(&format!("{digits}.{fraction}"));
        same(&format!("{digits}.{fraction}e{exponent}"));
    }

    #[test]
    fn doubles_as_they_are_printed(bits in 0u64..0x7ff0_0000_0000_0000) {
        let value = f64::from_bits(bits);
        same(&format!("{value:e}"));
        same(&format!("{value}"));
        same(&format!("{value:.17e}"));
        if value > 0.0 {
            shortest_is_that_of_core(value);
        }
    }
}
