//! Why something about tables or segments was not done.

use segue_model::EngineError;
use segue_model::segment::Fault;
use segue_store::StoreError;

/// Why something about tables or segments was not done. Its words hold no value out of somebody's data or of a definition, so
/// that they may be stored and logged; those for whoever asks are [`SegmentError::shown`].
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// The person's input is at fault; the text says what and what to do.
    #[error("{0}")]
    Input(String),
    /// Parts of what was given are wrong: all of them, each with its place in the whole.
    #[error("these fields are not right: {}", places(.0))]
    Fields(Vec<Fault>),
    /// A definition has mistakes. Places are those in the definition.
    #[error("the definition cannot be used any more, because of {}: check it", places(.0))]
    Faults(Vec<Fault>),
    /// There is nothing of this name; the text says what there is.
    #[error("{0}")]
    Missing(String),
    /// Something else refers to it.
    #[error("{words}")]
    InUse {
        /// What is used by what, and what to do.
        words: String,
        /// Everything that uses it.
        used_by: Vec<User>,
    },
    /// A segment has no members yet.
    #[error("segment \"{segment}\" was never refreshed: segue segments refresh {segment}")]
    NeverRefreshed {
        /// Which.
        segment: String,
    },
    /// As many questions as may be are being answered.
    #[error("other questions are being answered: try again")]
    Busy,
    /// A table's source no longer is what the table declares, which breaks these segments and exports.
    #[error("{words}; this breaks {}", broken(segments, exports))]
    Drift {
        /// Which file and column, and what to do.
        words: String,
        /// Every segment that asks about what is gone.
        segments: Vec<String>,
        /// Every export that uses one of them, or matches what is gone.
        exports: Vec<String>,
    },
    /// A table's file is at an address and could not be fetched.
    #[error("table \"{table}\": {words}")]
    Fetch {
        /// The table.
        table: String,
        /// From where, why not, and what to do.
        words: String,
    },
    /// The table engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The state directory.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A defect of ours.
    #[error("a part of segue stopped unexpectedly: please report this")]
    Defect,
}

impl SegmentError {
    /// What happened, with the values that it is about: for whoever asks, and for nothing that is kept.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Fields(faults) => fields(faults),
            Self::Faults(faults) => lines(faults),
            Self::Engine(error) => error.shown(),
            _ => self.to_string(),
        }
    }
}

/// What uses a table, a segment or a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// `segment`, `table` or `export`.
    pub kind: &'static str,
    /// Its id, which is the name of everything but exports.
    pub id: String,
    /// What people call it.
    pub name: String,
}

impl User {
    pub(super) fn named(kind: &'static str, name: &str) -> Self {
        Self { kind, id: name.to_owned(), name: name.to_owned() }
    }

    /// Users by kind and name, as in `segments: a, b; and exports: c`.
    #[must_use]
    pub fn listed(users: &[Self]) -> String {
        let kinds = ["segment", "table", "export"].map(|kind| (kind, names(users, kind)));
        let named = kinds.iter().filter(|(_, names)| !names.is_empty());
        named.map(|(kind, names)| format!("{kind}s: {names}")).collect::<Vec<_>>().join("; and ")
    }
}

/// The names of those of a kind, with commas between them.
pub(super) fn names(users: &[User], kind: &str) -> String {
    let names: Vec<&str> =
        users.iter().filter(|user| user.kind == kind).map(|user| user.name.as_str()).collect();
    names.join(", ")
}

/// Segments and exports that are broken, by name.
fn broken(segments: &[String], exports: &[String]) -> String {
    let kinds = [("segments", segments), ("exports", exports)];
    let kinds = kinds.iter().filter(|(_, names)| !names.is_empty());
    let named: Vec<String> = kinds.map(|(kind, names)| format!("{kind}: {}", names.join(", "))).collect();
    named.join("; and ")
}

/// Where faults are: their words may quote what a definition asks for.
fn places(faults: &[Fault]) -> String {
    const MOST: usize = 10;
    let errors = faults.iter().filter(|fault| !fault.is_warning);
    errors.take(MOST).map(|fault| fault.at.to_string()).collect::<Vec<_>>().join(", ")
}

fn lines(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    format!("the definition cannot be used\n  {}", lines.join("\n  "))
}

/// What is wrong with a field says so itself; what is wrong with a definition takes its place.
fn fields(faults: &[Fault]) -> String {
    let line = |fault: &Fault| match fault.at.as_str().starts_with("/definition") {
        true => fault.to_string(),
        false => fault.words.clone(),
    };
    faults.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use segue_model::Unkept;
    use segue_model::segment::Pointer;

    use super::*;

    #[test]
    fn what_is_kept_of_an_error_names_no_value_and_whoever_asks_sees_it() {
        const HER: &str = "anna@example.com";
        let her = || Unkept::new(vec![HER.to_owned()]);
        let fault = || Fault::error(&Pointer::default().at("rules"), format!("\"{HER}\" is no number"));
        let in_definition = Fault::error(&Pointer::default().at("definition"), format!("{HER} is no date"));
        let errors = [
            SegmentError::Faults(vec![fault()]),
            SegmentError::Fields(vec![in_definition, fault()]),
            EngineError::DuplicateKeys { table: "pd".to_owned(), keys: her() }.into(),
            EngineError::AmbiguousRows {
                table: "a".to_owned(),
                column: "b".to_owned(),
                from: "c".to_owned(),
                keys: her(),
            }
            .into(),
            EngineError::Header { words: "it has no column".to_owned(), before: ": ", names: her() }.into(),
        ];
        for error in errors {
            assert!(error.shown().contains(HER), "{error}");
            assert!(!error.to_string().contains(HER), "{error}");
            if let SegmentError::Engine(error) = error {
                assert!(!format!("{error:?}").contains(HER), "{error:?}");
                let error = crate::RunError::from(error);
                assert!(error.shown().contains(HER) && !error.to_string().contains(HER), "{error}");
            }
        }
    }
}
