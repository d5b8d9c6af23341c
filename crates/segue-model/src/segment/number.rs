//! Numbers as they are written: exact decimals.

use std::str::FromStr;

use super::Scalar;

/// Digits after the point that are kept.
pub const SCALE: u32 = 10;

/// Significant digits that a number with a fraction keeps on its way through JSON, whoever reads and writes it.
const FLOAT_DIGITS: usize = 15;

const NONE: &str = "it is no number";
const TOO_LONG: &str = "it has too many digits";
const TOO_FINE: &str = "it has more than 10 digits after the point";

/// A number in units of 10⁻¹⁰, exactly as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(pub i128);

/// What is written before and after the point, and by how many places the exponent moves it.
struct Written<'a> {
    is_negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: i32,
}

impl<'a> Written<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse().ok()?),
            None => (text, 0),
        };
        let (is_negative, digits) = mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        (!whole.is_empty() && are_digits(whole) && are_digits(fraction)).then(|| Self {
            is_negative,
            whole: whole.trim_start_matches('0'),
            fraction: fraction.trim_end_matches('0'),
            exponent,
        })
    }

    fn significant(&self) -> usize {
        let digits = self.whole.len() + self.fraction.len();
        let zeros = if self.fraction.is_empty() {
            self.whole.len() - self.whole.trim_end_matches('0').len()
        } else if self.whole.is_empty() {
            self.fraction.len() - self.fraction.trim_start_matches('0').len()
        } else {
            0
        };
        digits - zeros
    }
}

impl FromStr for Decimal {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // 38 digits is what a decimal of the engine holds.
        const LIMIT: i128 = 10_i128.pow(38);
        let written = Written::of(text.trim()).ok_or(NONE)?;
        let mut units: i128 = 0;
        for digit in written.whole.bytes().chain(written.fraction.bytes()) {
            let digit = i128::from(digit - b'0');
            units = units.checked_mul(10).and_then(|units| units.checked_add(digit)).ok_or(TOO_LONG)?;
        }
        if units == 0 {
            return Ok(Self(0));
        }
        let places =
            i64::try_from(written.fraction.len()).map_err(|_| TOO_FINE)? - i64::from(written.exponent);
        let shift = i64::from(SCALE) - places;
        let power = u32::try_from(shift.unsigned_abs()).ok().and_then(|by| 10_i128.checked_pow(by));
        let units = match (power, shift >= 0) {
            (Some(power), true) => units.checked_mul(power).ok_or(TOO_LONG)?,
            (None, true) => return Err(TOO_LONG),
            (Some(power), false) if units % power == 0 => units / power,
            (_, false) => return Err(TOO_FINE),
        };
        if units >= LIMIT {
            return Err(TOO_LONG);
        }
        Ok(Self(if written.is_negative { -units } else { units }))
    }
}

impl Decimal {
    /// The whole number, if it is one.
    #[must_use]
    pub fn whole(self) -> Option<i128> {
        let unit = 10_i128.pow(SCALE);
        (self.0 % unit == 0).then_some(self.0 / unit)
    }
}

impl Scalar {
    /// The number that stands here.
    ///
    /// # Errors
    /// Why it is none, in words that follow the value.
    pub fn number(&self) -> Result<Decimal, &'static str> {
        match self {
            Self::Number(number) => {
                let text = number.to_string();
                // Of a longer one, what was written can no longer be told.
                if number.is_f64()
                    && Written::of(&text).is_none_or(|written| written.significant() > FLOAT_DIGITS)
                {
                    return Err("it has more than 15 digits, and that many are not kept");
                }
                text.parse()
            }
            Self::Text(text) if text.parse::<Decimal>().is_ok() => {
                Err("it is a text; write it without quotes and leading zeros")
            }
            Self::Text(_) | Self::Flag(_) => Err(NONE),
        }
    }

    /// The text that stands here.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value that stands here.
    #[must_use]
    pub fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn units(text: &str) -> Result<i128, &'static str> {
        text.parse::<Decimal>().map(|decimal| decimal.0)
    }

    #[test]
    fn numbers_are_what_is_written() {
        assert_eq!(units("20"), Ok(200_000_000_000));
        assert_eq!(units("-0.1"), Ok(-1_000_000_000));
        assert_eq!(units("1e3"), Ok(10_000_000_000_000));
        assert_eq!(units("1.5e-3"), Ok(15_000_000));
        assert_eq!(units("5."), Ok(50_000_000_000));
        assert_eq!(units("007"), Ok(70_000_000_000));
        assert_eq!(units("0e999999999"), Ok(0));
        assert_eq!(units(&format!("1.{}", "0".repeat(100))), Ok(10_000_000_000));
        assert_eq!(units(&"9".repeat(28)), Ok((10_i128.pow(28) - 1) * 10_i128.pow(10)));
        for bad in
            ["", "-", ".5", "1,5", "1e", "NaN", "inf", "+1", "--1", "1.-5", "1_000", "١", "1e99999999999"]
        {
            assert_eq!(units(bad), Err(NONE), "{bad}");
        }
        for fine in ["0.00000000001", "1e-11", "1e-300", "1e-2147483648"] {
            assert_eq!(units(fine), Err(TOO_FINE), "{fine}");
        }
        for long in ["10000000000000000000000000000", "1e28", "1e2147483647", &"9".repeat(10_000)] {
            assert_eq!(units(long), Err(TOO_LONG), "{long}");
        }
        assert_eq!("500.00".parse::<Decimal>().unwrap().whole(), Some(500));
        assert_eq!("0.5".parse::<Decimal>().unwrap().whole(), None);
    }

    #[test]
    fn a_fraction_that_json_cannot_hold_is_refused() {
        let number =
            |text: &str| Scalar::Number(serde_json::from_str(text).unwrap()).number().map(|number| number.0);
        assert_eq!(number("0.1234567891"), Ok(1_234_567_891));
        assert_eq!(number("18446744073709551615"), Ok(184_467_440_737_095_516_150_000_000_000));
        assert_eq!(number("100000000000000000000"), Ok(10_i128.pow(30)));
        assert!(number("123456789.12345678").is_err());
        assert!(number("18446744073709551617").is_err());
    }

    proptest! {
        #[test]
        fn nothing_written_makes_it_panic(text in "[-+0-9.eE ]{0,60}") {
            let _ = units(&text);
        }

        #[test]
        fn a_number_is_the_same_with_and_without_an_exponent(whole in 0_u64..1_000_000_000, places in 0_u32..10) {
            let divisor = 10_u64.pow(places);
            let plain = format!("{}.{:0width$}", whole / divisor, whole % divisor, width = places.max(1) as usize);
            let plain = if places == 0 { whole.to_string() } else { plain };
            prop_assert_eq!(units(&plain), units(&format!("{whole}e-{places}")));
        }
    }
}
