//! Operators and what they compare with.

use std::fmt;

use serde_json::Number;

macro_rules! operators {
    ($($(#[doc = $doc:literal])* $name:ident = $word:literal;)*) => {
        /// How a value is compared. Those that deny something hold for empty values, too.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operator { $($(#[doc = $doc])* $name,)* }

        impl Operator {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its word in a definition.
            #[must_use]
            pub const fn word(self) -> &'static str { match self { $(Self::$name => $word),* } }
        }
    };
}

operators! {
    /// Equal. Text, numbers and booleans.
    Is = "is";
    /// Not equal, or empty.
    IsNot = "is_not";
    /// Equal to one of several. Text and numbers.
    OneOf = "one_of";
    /// Equal to none of several, or empty.
    NoneOf = "none_of";
    /// Holds this text.
    Contains = "contains";
    /// Does not hold this text, or is empty.
    DoesNotContain = "does_not_contain";
    /// Begins with this text.
    StartsWith = "starts_with";
    /// Ends with this text.
    EndsWith = "ends_with";
    /// Matches this regular expression somewhere.
    Matches = "matches";
    /// Smaller. Numbers.
    LessThan = "less_than";
    /// Smaller or equal.
    AtMost = "at_most";
    /// Larger.
    MoreThan = "more_than";
    /// Larger or equal.
    AtLeast = "at_least";
    /// From the first to the second, both included. Numbers and dates.
    Between = "between";
    /// On this day. Dates and times.
    On = "on";
    /// Before this day or moment.
    Before = "before";
    /// After this day or moment.
    After = "after";
    /// In the span of days that ends with today.
    InLast = "in_last";
    /// Not in that span, or empty.
    NotInLast = "not_in_last";
    /// In the span of days that begins with today.
    InNext = "in_next";
    /// From the beginning of this week, month, quarter or year up to and with today.
    ToDate = "to_date";
    /// In one of these months of any year.
    MonthOf = "month_of";
    /// On this day and month of any year.
    DayOf = "day_of";
    /// Has at least one of these. Lists.
    ContainsAny = "contains_any";
    /// Has all of these.
    ContainsAll = "contains_all";
    /// Has none of these, or is empty.
    ContainsNone = "contains_none";
    /// Whether nothing is there.
    IsEmpty = "is_empty";
}

impl Operator {
    /// How to write what other languages call by another word.
    pub(super) fn meant_by(word: &str) -> Option<&'static str> {
        Some(match word.to_lowercase().as_str() {
            "=" | "==" | "eq" | "equal" | "equals" | "is_equal_to" => "is",
            "!=" | "<>" | "≠" | "ne" | "neq" | "not" | "not_equal" | "not_equals" | "is_not_equal_to" => {
                "is_not"
            }
            "<" | "lt" | "less" | "smaller_than" | "below" | "under" => "less_than",
            "<=" | "≤" | "lte" | "le" | "less_or_equal" | "less_than_or_equal" | "max" | "maximum" => {
                "at_most"
            }
            ">" | "gt" | "greater" | "greater_than" | "larger_than" | "above" | "over" => "more_than",
            ">=" | "≥" | "gte" | "ge" | "greater_or_equal" | "greater_than_or_equal" | "min" | "minimum" => {
                "at_least"
            }
            "in" | "any_of" | "is_one_of" | "is_in" => "one_of",
            "not_in" | "not_one_of" | "is_none_of" | "is_not_in" => "none_of",
            "like" | "includes" | "has" => "contains",
            "not_like" | "not_contains" | "excludes" => "does_not_contain",
            "begins_with" | "starts" | "prefix" => "starts_with",
            "ends" | "suffix" => "ends_with",
            "regex" | "regexp" | "rlike" => "matches",
            "since" | "later_than" => "after",
            "until" | "earlier_than" => "before",
            "within" | "last" => "in_last",
            "next" => "in_next",
            "empty" | "null" | "is_null" | "missing" => "is_empty: true",
            "not_empty" | "is_not_empty" | "not_null" | "is_not_null" | "exists" => "is_empty: false",
            _ => return None,
        })
    }

    /// Whether it can compare texts without regard to upper and lower case.
    #[must_use]
    pub const fn can_ignore_case(self) -> bool {
        matches!(
            self,
            Self::Is
                | Self::IsNot
                | Self::OneOf
                | Self::NoneOf
                | Self::Contains
                | Self::DoesNotContain
                | Self::StartsWith
                | Self::EndsWith
                | Self::Matches
        )
    }

    /// Whether it denies something, and so holds for empty values, too.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        matches!(
            self,
            Self::IsNot | Self::NoneOf | Self::DoesNotContain | Self::NotInLast | Self::ContainsNone
        )
    }
}

impl DayOfYear {
    /// The day that is written as `02-29`, or `today`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if text == "today" {
            return Some(Self::Today);
        }
        let two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let (month, day) = text.split_once('-').filter(|(month, day)| two(month) && two(day))?;
        let (month, day) = (month.parse().ok()?, day.parse().ok()?);
        // Of a leap year, so that 29 February is a day.
        chrono::NaiveDate::from_ymd_opt(2024, month, day).map(|_| Self::Fixed { month, day })
    }
}

/// What a value is compared with, as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Operand {
    /// One value.
    One(Scalar),
    /// Several values; two for [`Operator::Between`].
    Many(Vec<Scalar>),
    /// A number of days, weeks, months or years.
    Span(Span),
    /// A period that is under way.
    Period(Period),
    /// Months, 1 to 12.
    Months(Vec<u32>),
    /// A day of any year.
    Day(DayOfYear),
    /// Yes or no.
    Flag(bool),
}

/// A plain value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// Text, also of dates and times.
    Text(String),
    /// A number, with the digits that were written.
    Number(Number),
    /// True or false.
    Flag(bool),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
        }
    }
}

/// A unit of spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Days.
    Days,
    /// Seven days.
    Weeks,
    /// Months of the calendar.
    Months,
    /// Years of the calendar.
    Years,
}

impl Unit {
    /// All of them with their words.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Days, "days"), (Self::Weeks, "weeks"), (Self::Months, "months"), (Self::Years, "years")];
}

/// A number of days, weeks, months or years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// How many; from 1 to [`Span::MAX`].
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

impl Span {
    /// The largest count.
    pub const MAX: u32 = 99_999;
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Unit::ALL.iter().find(|(unit, _)| *unit == self.unit).map_or("", |(_, word)| word);
        write!(f, "{} {}", self.count, if self.count == 1 { word.trim_end_matches('s') } else { word })
    }
}

impl std::str::FromStr for Span {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (count, word) = text.split_once(' ').ok_or(())?;
        let unit =
            Unit::ALL.iter().find(|(_, plural)| *plural == word || plural.strip_suffix('s') == Some(word));
        let is_plain = count.bytes().all(|byte| byte.is_ascii_digit()) && !count.starts_with('0');
        let count = count.parse().ok().filter(|count| is_plain && *count <= Self::MAX).ok_or(())?;
        Ok(Self { count, unit: unit.ok_or(())?.0 })
    }
}

/// A period that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// From Monday.
    Week,
    /// From the first of the month.
    Month,
    /// From the first of January, April, July or October.
    Quarter,
    /// From the first of January.
    Year,
}

impl Period {
    /// All of them with their words.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Week, "week"), (Self::Month, "month"), (Self::Quarter, "quarter"), (Self::Year, "year")];

    /// Its word in a definition.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(period, _)| *period == self).map_or("", |(_, word)| word)
    }
}

/// A day of any year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayOfYear {
    /// The day on which the segment is refreshed. On 28 February of a common year also 29 February.
    Today,
    /// A day of a month.
    Fixed {
        /// 1 to 12.
        month: u32,
        /// 1 to 31.
        day: u32,
    },
}

impl fmt::Display for DayOfYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Today => f.write_str("today"),
            Self::Fixed { month, day } => write!(f, "{month:02}-{day:02}"),
        }
    }
}
