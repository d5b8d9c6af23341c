//! Faults: what goes wrong, where and how often.

use std::str::FromStr;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $name:ident = $word:literal;)*) => {
        /// A way of failing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum FaultKind { $($(#[doc = $doc])* $name,)* }

        impl FaultKind {
            /// All of them with their words.
            pub const ALL: &[(Self, &'static str)] = &[$((Self::$name, $word)),*];

            /// How it is written.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

kinds! {
    /// HTTP 429 with the usual headers.
    TooMany = "429";
    /// HTTP 429 without headers or body.
    TooManyBare = "429-bare";
    /// HTTP 429 with a page for people.
    TooManyHtml = "429-html";
    /// The import limit, which comes as HTTP 400.
    BulkLimit = "bulk-limit";
    /// HTTP 500 with JSON.
    ServerError = "500";
    /// HTTP 500 with a page for people.
    ServerErrorPage = "500-html";
    /// HTTP 502 with JSON.
    BadGateway = "502";
    /// HTTP 502 with a page for people.
    BadGatewayPage = "502-html";
    /// HTTP 503 with JSON.
    Unavailable = "503";
    /// HTTP 503 with a page for people.
    UnavailablePage = "503-html";
    /// HTTP 520, from the network in front.
    Unknown = "520";
    /// The connection breaks before the request is carried out.
    ResetBefore = "reset-before-commit";
    /// The request is carried out, and the connection breaks before the answer.
    ResetAfter = "reset-after-commit";
    /// The request is carried out, and no answer comes for a minute and a half.
    TimeoutAfter = "timeout-after-commit";
    /// The answer's head and half of its body come, and the rest after five seconds.
    SlowBody = "slow-body";
    /// Half of the answer's body.
    Truncated = "truncated-json";
    /// The request is carried out, and the answer is empty.
    EmptyOk = "empty-200";
    /// The request is not carried out, and the answer is a page for people with status 200.
    HtmlOk = "html-200";
    /// HTTP 403 for no reason.
    Forbidden = "403-blip";
    /// HTTP 402: the account is suspended or unpaid.
    Unpaid = "402";
    /// An import that ends as `failed`, a part of it written: see [`Knobs::applied`](crate::Knobs::applied).
    BatchFailed = "batch-failed";
    /// An import that ends as `interrupted`, a part of it written as well.
    BatchInterrupted = "batch-interrupted";
    /// An import that stays `active` for ever, a part of it written as well.
    BatchStuck = "batch-stuck";
}

impl FaultKind {
    /// Whether it concerns accepted imports rather than answers.
    pub(crate) fn is_about_imports(self) -> bool {
        matches!(self, Self::BatchFailed | Self::BatchInterrupted | Self::BatchStuck)
    }
}

/// A fault, written `KIND[@ENDPOINT][:SETTING,…]`: `429@contacts:p=0.1`, `reset-after-commit@import/bulk_import:count=2,after=3`.
///
/// `ENDPOINT` is the beginning of the path below `/api/3/`. Settings: `p` (probability, 1 unless told), `count` (at most so
/// often), `every` (every n-th request), `after` (not for the first n requests).
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// What happens.
    pub kind: FaultKind,
    /// Where; everywhere if none.
    pub endpoint: Option<String>,
    /// How probable it is for each request.
    pub probability: f64,
    /// The most times that it happens.
    pub count: Option<u64>,
    /// Only every n-th request.
    pub every: u64,
    /// Not for the first requests.
    pub after: u64,
}

/// A fault that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown fault \"{0}\": write KIND[@ENDPOINT][:p=0.1,count=3,every=5,after=10]")]
pub struct UnknownFault(pub String);

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let unknown = || UnknownFault(text.to_owned());
        let (head, settings) = text.split_once(':').unwrap_or((text, ""));
        let (word, endpoint) =
            head.split_once('@').map_or((head, None), |(word, at)| (word, Some(at.to_owned())));
        let kind = FaultKind::ALL.iter().find(|(_, known)| *known == word).ok_or_else(unknown)?.0;
        let mut fault = Self { kind, endpoint, probability: 1.0, count: None, every: 1, after: 0 };
        for setting in settings.split(',').filter(|setting| !setting.is_empty()) {
            let (name, value) = setting.split_once('=').ok_or_else(unknown)?;
            let number = || value.parse::<u64>().map_err(|_| unknown());
            match name {
                "p" => fault.probability = value.parse().map_err(|_| unknown())?,
                "count" => fault.count = Some(number()?),
                "every" => fault.every = number()?.max(1),
                "after" => fault.after = number()?,
                _ => return Err(unknown()),
            }
        }
        if (0.0..=1.0).contains(&fault.probability) { Ok(fault) } else { Err(unknown()) }
    }
}

/// Faults and how often each was met.
#[derive(Debug)]
pub(crate) struct Faults {
    faults: Vec<(Fault, u64, u64)>,
    dice: StdRng,
}

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>, seed: u64) -> Self {
        Self {
            faults: faults.into_iter().map(|fault| (fault, 0, 0)).collect(),
            dice: StdRng::seed_from_u64(seed),
        }
    }

    pub(crate) fn replace(&mut self, faults: Vec<Fault>) {
        self.faults = faults.into_iter().map(|fault| (fault, 0, 0)).collect();
    }

    /// The fault that strikes this request, if any: the first that does.
    pub(crate) fn strike(&mut self, path: &str, about_imports: bool) -> Option<FaultKind> {
        for (fault, met, struck) in &mut self.faults {
            let is_here = fault.endpoint.as_ref().is_none_or(|endpoint| path.starts_with(endpoint.as_str()));
            if fault.kind.is_about_imports() != about_imports || !is_here {
                continue;
            }
            *met += 1;
            let is_due = *met > fault.after && (*met - fault.after - 1).is_multiple_of(fault.every);
            if is_due
                && fault.count.is_none_or(|count| *struck < count)
                && self.dice.random_bool(fault.probability)
            {
                *struck += 1;
                return Some(fault.kind);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_and_strike_as_told() {
        let fault: Fault = "429@contacts:after=1,every=2,count=2".parse().unwrap();
        let mut faults = Faults::new(vec![fault], 1);
        assert_eq!(faults.strike("lists", false), None);
        let struck: Vec<bool> = (0..8).map(|_| faults.strike("contacts/1", false).is_some()).collect();
        assert_eq!(struck, [false, true, false, true, false, false, false, false]);
        for bad in ["", "430", "429:p=2", "429:often=1", "429:p"] {
            assert!(bad.parse::<Fault>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_same_seed_strikes_the_same_requests() {
        let strikes = |seed| {
            let mut faults = Faults::new(vec!["500:p=0.3".parse().unwrap()], seed);
            (0..100).map(|_| faults.strike("x", false).is_some()).collect::<Vec<_>>()
        };
        assert_eq!(strikes(7), strikes(7));
        assert_ne!(strikes(7), strikes(8));
    }
}
