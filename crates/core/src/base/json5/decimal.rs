//! Decimal numbers, rounded as exactly as [`str::parse`] and `{:e}` do. Those take tables and four ways to be quick, 17 KB in the module
//! for the web; numbers that aren't whole are rare here.

/// Halfway between two doubles lies no number of more significant digits than this; whether any beyond them is not 0 still counts.
const DIGITS: usize = 800;

/// The value of digits without a sign: a point and an exponent may be among them.
pub(super) fn decimal(text: &str) -> f64 {
    if let Ok(whole) = text.parse::<u64>() {
        return whole as f64;
    }
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let far = if exponent.starts_with('-') { i64::MIN / 2 } else { i64::MAX / 2 };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut power = exponent.parse::<i32>().map_or(far, i64::from) - fraction.len() as i64;
    let (mut number, mut beyond) = (Whole(Vec::new()), false);
    let digits = whole.bytes().chain(fraction.bytes()).map(|byte| u32::from(byte & 0xf));
    for (at, digit) in digits.skip_while(|&digit| digit == 0).enumerate() {
        if at < DIGITS {
            number.times_plus(10, digit);
        } else {
            power += 1;
            beyond |= digit != 0;
        }
    }
    match power {
        _ if number.0.is_empty() => 0.0,
        309.. => f64::INFINITY,
        0.. => {
            (0..power).for_each(|_| number.times_plus(10, 0));
            number.rounded(0, beyond)
        }
        -1200.. => {
            // Nine digits fit in a limb; three more hold what is kept of the quotient.
            let limbs = power.unsigned_abs() as usize / 9 + 3;
            number.0.splice(..0, core::iter::repeat_n(0, limbs));
            for _ in power..0 {
                beyond |= number.over_ten() != 0;
            }
            number.rounded(-32 * limbs as i32, beyond)
        }
        _ => 0.0,
    }
}

/// The fewest digits that read back as this number, which is above 0 and finite, of those the nearest to it; and behind how many of
/// them the point stands.
pub(super) fn shortest(value: f64) -> (String, i32) {
    let (digits, point) = exact(value);
    let mut down = 0;
    for (at, digit) in digits.iter().enumerate().take(17) {
        down = down * 10 + u64::from(*digit);
        let up = digits.get(at + 1).is_some_and(|&next| next >= 5);
        // the farther one counts too: below a power of two the next double is nearer than above
        for number in [down + u64::from(up), down + u64::from(!up)] {
            let text = number.to_string();
            let point = point + (text.len() - at - 1) as i32;
            if decimal(&format!("{text}e{}", point - text.len() as i32)) == value {
                return (text.trim_end_matches('0').to_string(), point);
            }
        }
    }
    // 17 digits always do
    (down.to_string(), point)
}

/// Every digit of a double, and behind how many of them the point stands.
fn exact(value: f64) -> (Vec<u8>, i32) {
    let bits = value.to_bits();
    let field = (bits >> 52) as i32;
    let mantissa = (bits & ((1 << 52) - 1)) | u64::from(field > 0) << 52;
    let power = field.max(1) - 1075;
    let mut number = Whole(vec![mantissa as u32, (mantissa >> 32) as u32]);
    // a half is five tenths
    let factor = if power < 0 { 5 } else { 2 };
    (0..power.abs()).for_each(|_| number.times_plus(factor, 0));
    let mut digits = Vec::new();
    while number.0.iter().any(|&limb| limb > 0) {
        digits.push(number.over_ten() as u8);
    }
    digits.reverse();
    let point = digits.len() as i32 + power.min(0);
    (digits, point)
}

/// A whole number of any size: its limbs, the lowest first.
struct Whole(Vec<u32>);

impl Whole {
    fn times_plus(&mut self, factor: u32, mut carry: u32) {
        for limb in &mut self.0 {
            let wide = u64::from(*limb) * u64::from(factor) + u64::from(carry);
            (*limb, carry) = (wide as u32, (wide >> 32) as u32);
        }
        if carry > 0 {
            self.0.push(carry);
        }
    }

    /// What remains is returned.
    fn over_ten(&mut self) -> u32 {
        let mut rest = 0;
        for limb in self.0.iter_mut().rev() {
            let wide = u64::from(rest) << 32 | u64::from(*limb);
            (*limb, rest) = ((wide / 10) as u32, (wide % 10) as u32);
        }
        rest
    }

    /// The double nearest to this number times a power of two, to the even one where two are as near. `beyond`: the number is a
    /// little larger.
    fn rounded(&self, power: i32, mut beyond: bool) -> f64 {
        const LEAST: i32 = -1074;
        let used = self.0.iter().rposition(|&limb| limb > 0).map_or(0, |last| last + 1);
        let (low, high) = self.0[..used].split_at(used.saturating_sub(3));
        beyond |= low.iter().any(|&limb| limb > 0);
        let high = high.iter().rfold(0, |all, &limb| all << 32 | u128::from(limb));
        let power = power + 32 * low.len() as i32;
        // A double has 53 bits, and fewer below the least power of two.
        let bits = (u128::BITS - high.leading_zeros()) as i32;
        let unit = (power + bits - 53).max(LEAST);
        let (kept, up) = match unit - power {
            cut @ 1..128 => {
                let (kept, half) = (high >> cut, 1 << (cut - 1));
                let rest = high & (2 * half - 1);
                (kept, rest > half || (rest == half && (beyond || kept & 1 == 1)))
            }
            shift @ ..=0 => (high << -shift, false),
            _ => (0, false),
        };
        // What rounding up carries over goes where it belongs: into the exponent.
        let exponent = (unit - LEAST) as u64;
        f64::from_bits(
            ((exponent << 52) + kept as u64 + u64::from(up)).min(f64::INFINITY.to_bits()),
        )
    }
}

#[cfg(test)]
#[path = "../../../tests/unit/decimal.rs"]
mod tests;
