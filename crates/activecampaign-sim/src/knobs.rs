//! What nobody knows about the provider, or what was seen both ways.

/// A value of a setting, by its word.
trait Setting: Sized {
    fn read(word: &str) -> Option<Self>;
}

macro_rules! words {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $variant_doc:literal])* $variant:ident = $word:literal,)* }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[doc = $variant_doc])* $variant,)* }

        impl Setting for $name {
            fn read(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// How a limit's window is counted.
    WindowKind {
        /// Windows that begin on whole seconds and minutes.
        Fixed = "fixed",
        /// Any span of that length.
        Sliding = "sliding",
    }
}

words! {
    /// What an answer's body is made of.
    Page {
        /// `{"message": …}`.
        Json = "json",
        /// A page for people.
        Html = "html",
        /// Nothing.
        Empty = "empty",
    }
}

words! {
    /// How ids are written.
    Ids {
        /// As text.
        Text = "off",
        /// As numbers.
        Numbers = "on",
        /// As either, from answer to answer.
        Drifting = "drift",
    }
}

impl Setting for bool {
    fn read(word: &str) -> Option<Self> {
        match word {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        }
    }
}

impl Setting for Option<usize> {
    fn read(word: &str) -> Option<Self> {
        if word == "half" { Some(None) } else { word.parse().ok().map(Some) }
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {
        $(impl Setting for $number {
            fn read(word: &str) -> Option<Self> {
                word.parse().ok()
            }
        })*
    };
}

numbers!(u16 u64 usize);

macro_rules! knobs {
    ($($name:literal = $values:literal, $field:ident: $kind:ty = $default:expr, $doc:literal;)*) => {
        /// What nobody knows about the provider, or what was seen both ways. The first of several values is the default.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Knobs {
            $(#[doc = concat!("`", $name, "=", $values, "`: ", $doc, ".")] pub $field: $kind,)*
        }

        impl Default for Knobs {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl Knobs {
            /// All settings: name, values (`N` is any number), and what it is.
            pub const ALL: &[(&str, &str, &str)] = &[$(($name, $values, $doc),)*];

            /// Sets what is known by that name; none if nothing is, or not to that value.
            fn set_known(&mut self, name: &str, value: &str) -> Option<()> {
                let &(_, values, _) = Self::ALL.iter().find(|(known, ..)| *known == name)?;
                let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
                values.split('|').find(|&known| known == value || (known == "N" && is_number))?;
                match name {
                    $($name => self.$field = Setting::read(value)?,)*
                    _ => return None,
                }
                Some(())
            }
        }
    };
}

knobs! {
    "window" = "fixed|sliding", window: WindowKind = WindowKind::Fixed, "how the windows of limits are counted";
    "rate-headers" = "on|off", rate_headers: bool = true, "whether a 429 says `RateLimit-*` and `Retry-After`";
    "retry-after" = "N", retry_after: u64 = 1, "what it says, in seconds";
    "limit-body" = "json|html|empty", limit_body: Page = Page::Json, "the body of a 429";
    "import-counts" = "on|off", import_counts: bool = true, "whether an import also counts as one of five requests a second";
    "bad-key" = "json|html|empty", bad_key: Page = Page::Json, "the body of the 403 for a wrong key";
    "capital-success" = "off|on", capital_success: bool = false, "whether imports answer `Success`";
    "success-created-only" = "off|on", success_created_only: bool = false, "whether an import's `success` leaves updated contacts out";
    "first-failure-only" = "off|on", first_failure_only: bool = false, "whether validation names the first bad contact only";
    "unnamed-failures" = "off|on", unnamed_failures: bool = false, "whether validation names no contact at all";
    "index-base" = "1|0", index_base: usize = 1, "what it counts from";
    "tag-duplicate" = "200|422", tag_duplicate: u16 = 200, "the answer to a tag that exists";
    "oversize" = "400|413", oversize: u16 = 400, "the answer to an import of 400,000 bytes";
    "unknown-batch" = "400|404|200", unknown_batch: u16 = 400, "the answer to an import that does not exist; 200 is `status:false`";
    "number-ids" = "off|on|drift", ids: Ids = Ids::Text, "whether ids are numbers instead of text, or now this and now that";
    "status-false" = "N", status_false: u64 = 1, "seconds after an import during which its status is `false`";
    "false-polls" = "N", false_polls: u64 = 0, "how many questions about an import are answered `false` whatever the time";
    "applied" = "half|N", applied: Option<usize> = None, "how many contacts of an import are written that fails or is interrupted";
    "unsubscribed-written" = "off|on", unsubscribed_written: bool = false, "whether an import still writes the other data of people who left the list";
    "apostrophes-fail" = "off|on", apostrophes_fail: bool = false, "whether an import takes an address with an apostrophe and fails it later";
    "blank-clears" = "on|off", blank_clears: bool = true, "whether an empty value in an import clears what is there";
}

/// A setting that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown setting \"{0}\": known are {known}", known = known())]
pub struct UnknownKnob(pub String);

fn known() -> String {
    let all = Knobs::ALL.iter().map(|(name, values, _)| format!("{name}={values}"));
    all.collect::<Vec<_>>().join(", ")
}

impl Knobs {
    /// Changes one setting, written as in the fields' documentation.
    ///
    /// # Errors
    /// If name or value is not known.
    pub fn set(&mut self, setting: &str) -> Result<(), UnknownKnob> {
        let both = setting.split_once('=');
        both.and_then(|(name, value)| self.set_known(name, value))
            .ok_or_else(|| UnknownKnob(setting.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knobs_are_set_by_name() {
        let mut knobs = Knobs::default();
        for setting in ["window=sliding", "index-base=0", "number-ids=drift", "applied=7", "retry-after=30"] {
            knobs.set(setting).unwrap();
        }
        let expected = Knobs {
            window: WindowKind::Sliding,
            index_base: 0,
            ids: Ids::Drifting,
            applied: Some(7),
            retry_after: 30,
            ..Knobs::default()
        };
        assert_eq!(knobs, expected);
        for bad in [
            "window",
            "window=round",
            "colour=red",
            "index-base=2",
            "number-ids=1",
            "oversize=N",
            "retry-after=",
        ] {
            assert_eq!(knobs.set(bad), Err(UnknownKnob(bad.into())));
        }
    }

    #[test]
    fn the_first_value_is_the_default() {
        let mut knobs = Knobs::default();
        for (name, values, _) in Knobs::ALL {
            let first = values.split('|').next().unwrap();
            if first != "N" {
                knobs.set(&format!("{name}={first}")).unwrap();
            }
        }
        assert_eq!(knobs, Knobs::default());
    }

    #[test]
    fn an_unknown_setting_is_answered_with_the_known_ones() {
        let message = UnknownKnob("colour=red".into()).to_string();
        assert!(
            message.starts_with("unknown setting \"colour=red\": known are window=fixed|sliding, "),
            "{message}"
        );
    }
}
