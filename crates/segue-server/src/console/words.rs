//! What the console says, in the language of whoever reads it. Messages stand in `locales/`, one folder a language.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeZone, Timelike};
use chrono_tz::Tz;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use segue_model::person::Language;
use unic_langid::LanguageIdentifier;

use super::phrases;

type Bundle = FluentBundle<FluentResource>;

macro_rules! messages {
    ($language:literal) => {
        [
            include_str!(concat!("../../locales/", $language, "/shell.ftl")),
            include_str!(concat!("../../locales/", $language, "/problems.ftl")),
            include_str!(concat!("../../locales/", $language, "/connections.ftl")),
            include_str!(concat!("../../locales/", $language, "/people.ftl")),
            include_str!(concat!("../../locales/", $language, "/audit.ftl")),
            include_str!(concat!("../../locales/", $language, "/schedule.ftl")),
            include_str!(concat!("../../locales/", $language, "/exports.ftl")),
            include_str!(concat!("../../locales/", $language, "/runs.ftl")),
            include_str!(concat!("../../locales/", $language, "/status.ftl")),
            include_str!(concat!("../../locales/", $language, "/home.ftl")),
            include_str!(concat!("../../locales/", $language, "/tables.ftl")),
            include_str!(concat!("../../locales/", $language, "/segments.ftl")),
            include_str!(concat!("../../locales/", $language, "/builder.ftl")),
            include_str!(concat!("../../locales/", $language, "/customers.ftl")),
        ]
    };
}

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| {
    let mut bundle = bundle("en", &messages!("en"));
    bundle.set_formatter(Some(|value, _| grouped(value, ',')));
    bundle
});
static ROMANIAN: LazyLock<Bundle> = LazyLock::new(|| {
    let mut bundle = bundle("ro", &messages!("ro"));
    bundle.set_formatter(Some(|value, _| grouped(value, '.')));
    bundle
});

fn bundle(language: &str, texts: &[&str]) -> Bundle {
    let language: LanguageIdentifier = language.parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // Both languages are written from left to right, and marks of direction would be copied with the text.
    bundle.set_use_isolating(false);
    for text in texts {
        // What cannot be read is left out; a test reads all of it.
        let (Ok(resource) | Err((resource, _))) = FluentResource::try_new((*text).to_owned());
        let _ = bundle.add_resource(resource);
    }
    bundle
}

fn grouped(value: &FluentValue<'_>, separator: char) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(group(&number.as_string(), separator)),
        _ => None,
    }
}

/// Digits in groups of three: 1000000 is 1,000,000.
fn group(digits: &str, separator: char) -> String {
    let (whole, rest) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut text = String::new();
    for (index, digit) in whole.char_indices() {
        let to_come = whole.len() - index;
        if index > 0 && to_come.is_multiple_of(3) && !whole[..index].ends_with('-') {
            text.push(separator);
        }
        text.push(digit);
    }
    if let Some(rest) = rest {
        text.push(if separator == ',' { '.' } else { ',' });
        text.push_str(rest);
    }
    text
}

/// One language and one time zone: that of the system's schedule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    language: Language,
    zone: Tz,
}

impl Words {
    pub(crate) const fn new(language: Language, zone: Tz) -> Self {
        Self { language, zone }
    }

    /// As in the `lang` of a page.
    pub(crate) const fn code(self) -> &'static str {
        self.language.word()
    }

    /// The message of this id.
    pub(crate) fn say(self, id: &str) -> Said<'_> {
        Said { words: self, id: Cow::Borrowed(id), args: FluentArgs::new() }
    }

    /// The message of one of many words, as in `status-running`.
    pub(crate) fn word(self, of: &str, word: &str) -> Said<'static> {
        let id = Cow::Owned(format!("{of}-{}", word.replace('_', "-")));
        Said { words: self, id, args: FluentArgs::new() }
    }

    /// What the API says about one case, in the reader's language; nothing if only English is known.
    pub(crate) fn of_api<'a>(self, english: &'a str) -> Option<Cow<'a, str>> {
        match self.language {
            Language::En => Some(Cow::Borrowed(english)),
            Language::Ro => phrases::romanian(english).map(Cow::Owned),
        }
    }

    /// A number with its digits in groups.
    pub(crate) fn number(self, number: impl fmt::Display) -> String {
        group(&number.to_string(), if self.language == Language::En { ',' } else { '.' })
    }

    /// A time, written as in RFC 3339, to the minute.
    pub(crate) fn moment(self, written: &str) -> String {
        let Ok(time) = DateTime::parse_from_rfc3339(written) else { return written.to_owned() };
        let time = time.with_timezone(&self.zone);
        format!("{}, {:02}:{:02}", self.day(&time), time.hour(), time.minute())
    }

    /// The day of a time.
    pub(crate) fn day<Z: TimeZone>(self, time: &DateTime<Z>) -> String {
        let month = self.word("month", &time.month().to_string());
        format!("{} {month} {}", time.day(), time.year())
    }

    /// When a day begins, in milliseconds since 1970.
    pub(crate) fn begin_of(self, day: NaiveDate) -> i64 {
        let midnight = day.and_time(NaiveTime::MIN);
        // Where clocks are put forward at midnight, there is none.
        let begin = self.zone.from_local_datetime(&midnight).earliest();
        begin.map_or_else(|| midnight.and_utc().timestamp_millis(), |begin| begin.timestamp_millis())
    }

    /// The same for what the API tells.
    pub(crate) fn took(self, ms: &u64) -> String {
        self.lasted(i64::try_from(*ms).unwrap_or(i64::MAX))
    }

    /// The day on which a time in milliseconds since 1970 is.
    pub(crate) fn date(self, ms: i64) -> NaiveDate {
        DateTime::from_timestamp_millis(ms).unwrap_or_default().with_timezone(&self.zone).date_naive()
    }

    /// How long something took, in milliseconds.
    pub(crate) fn lasted(self, ms: i64) -> String {
        let seconds = ms / 1000;
        match seconds {
            ..1 => self.say("lasted-less").to_string(),
            1..60 => self.say("lasted-seconds").with("seconds", seconds).to_string(),
            60..3600 => self
                .say("lasted-minutes")
                .with("minutes", seconds / 60)
                .with("seconds", seconds % 60)
                .to_string(),
            _ => {
                let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60);
                self.say("lasted-hours").with("hours", hours).with("minutes", minutes).to_string()
            }
        }
    }

    /// The zone in which times are told.
    pub(crate) fn zone(self) -> &'static str {
        self.zone.name()
    }

    fn bundle(self) -> &'static Bundle {
        match self.language {
            Language::En => &ENGLISH,
            Language::Ro => &ROMANIAN,
        }
    }
}

/// A message, which is written when it is shown.
pub(crate) struct Said<'a> {
    words: Words,
    id: Cow<'a, str>,
    args: FluentArgs<'a>,
}

impl Said<'_> {
    /// With this in place of `{ $name }`.
    pub(crate) fn with(mut self, name: &'static str, value: impl Told) -> Self {
        self.args.set(name, value.told());
        self
    }
}

/// What can stand in a message: numbers are numbers there, which decides over plurals, all else is text.
pub(crate) trait Told {
    fn told(&self) -> FluentValue<'static>;
}

macro_rules! numbers {
    ($($kind:ty)*) => {
        $(impl Told for $kind {
            fn told(&self) -> FluentValue<'static> { FluentValue::from(*self) }
        })*
    };
}

numbers!(i64 u64 usize u32 i32 u16);

impl Told for str {
    fn told(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_owned())
    }
}

impl Told for String {
    fn told(&self) -> FluentValue<'static> {
        FluentValue::from(self.clone())
    }
}

impl Told for Said<'_> {
    fn told(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_string())
    }
}

impl<T: Told + ?Sized> Told for &T {
    fn told(&self) -> FluentValue<'static> {
        (**self).told()
    }
}

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bundle = self.words.bundle();
        match bundle.get_message(&self.id).and_then(|message| message.value()) {
            Some(pattern) => f.write_str(&bundle.format_pattern(pattern, Some(&self.args), &mut Vec::new())),
            None => f.write_str(&self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn ids(texts: &[&str]) -> BTreeSet<String> {
        let mut ids = BTreeSet::new();
        for text in texts {
            FluentResource::try_new((*text).to_owned())
                .map_err(|(_, errors)| errors)
                .expect("messages that can be read");
            let starts = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
            let lines = text.lines().filter(starts).filter_map(|line| line.split_once(" ="));
            for (id, _) in lines {
                assert!(ids.insert(id.to_owned()), "{id} is there twice");
            }
        }
        ids
    }

    #[test]
    fn every_problem_has_its_messages() {
        let known = ids(&messages!("en"));
        for code in crate::Code::ALL {
            for of in ["problem", "advice"] {
                let id = format!("{of}-{}", code.word().replace('_', "-"));
                assert!(known.contains(&id), "{id} is missing");
            }
        }
    }

    #[test]
    fn both_languages_say_the_same_things() {
        assert_eq!(ids(&messages!("en")), ids(&messages!("ro")));
    }

    #[test]
    fn numbers_and_times_are_written_as_the_language_does() {
        let [english, romanian] =
            [Language::En, Language::Ro].map(|language| Words::new(language, Tz::Europe__Bucharest));
        assert_eq!(
            (english.number(1_234_567), romanian.number(1_234_567)),
            ("1,234,567".into(), "1.234.567".into())
        );
        assert_eq!(english.number(-1234), "-1,234");
        let time = "2026-11-27T06:55:12Z";
        assert_eq!(english.moment(time), "27 Nov 2026, 08:55");
        assert_eq!(romanian.moment(time), "27 nov. 2026, 08:55");
    }
}
