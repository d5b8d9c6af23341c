//! Rejections: profiles that were not delivered, each with its reason and whose it is to mend.

use serde::{Deserialize, Serialize};

/// Whose a rejection is: ours to fix, or the provider's to explain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// Invalid: our data cannot be sent.
    Invalid,
    /// Refused: sent, and turned down by the provider.
    Refused,
}

impl Owner {
    /// Whose it is, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Invalid => "our data",
            Self::Refused => "ActiveCampaign",
        }
    }
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal, $owner:ident, $meaning:literal, $advice:literal;)*) => {
        /// Why a profile was not delivered.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Reason { $($(#[doc = $doc])* $name,)* }

        impl Reason {
            /// All of them, invalid before refused.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable code used in files, the command line's JSON and documentation.
            #[must_use]
            pub const fn code(self) -> &'static str { match self { $(Self::$name => $code),* } }

            /// Whose it is to mend.
            #[must_use]
            pub const fn owner(self) -> Owner { match self { $(Self::$name => Owner::$owner),* } }

            /// What happened, in a sentence for the person who owns the list.
            #[must_use]
            pub const fn meaning(self) -> &'static str { match self { $(Self::$name => $meaning),* } }

            /// What that person can do about it.
            #[must_use]
            pub const fn advice(self) -> &'static str { match self { $(Self::$name => $advice),* } }
        }
    };
}

reasons! {
    /// The mapped e-mail column is empty.
    NoEmail = "no_email", Invalid,
        "the profile has no e-mail address", "fill the e-mail column or leave the profile out";
    /// The address breaks one of the provider's rules.
    InvalidEmail = "invalid_email", Invalid,
        "the e-mail address is not one that ActiveCampaign takes", "correct the address at its source";
    /// Another profile with the same address comes earlier in the input.
    DuplicateEmail = "duplicate_email", Invalid,
        "another profile has the same e-mail address; the first in the input is sent", "merge the profiles or correct one address";
    /// The contact alone passes the size that one request may have.
    TooLarge = "too_large", Invalid,
        "the contact is larger than one request may be", "shorten its longest values or map fewer columns";
    /// A value does not fit the type or the options of its custom field.
    InvalidValue = "invalid_value", Invalid,
        "a value does not fit its custom field", "correct the value, or add the option in ActiveCampaign";
    /// The person unsubscribed from the list.
    Unsubscribed = "unsubscribed", Refused,
        "the person unsubscribed from this list", "nothing: an opt-out is kept";
    /// Taken off the list by this export in mirror mode, and now a member again.
    Returned = "returned", Refused,
        "this export had taken the person off the list, and an import takes nobody back", "add the contact to the list in ActiveCampaign";
    /// The address bounced.
    Bounced = "bounced", Refused,
        "mail to this address bounced", "ask the person for another address";
    /// The address is on the account's exclusion list.
    Excluded = "excluded", Refused,
        "the address is on the account's exclusion list", "remove it from the exclusion list if that is wrong";
    /// The provider found fault with the contact and said what.
    NotAccepted = "not_accepted", Refused,
        "ActiveCampaign did not accept the contact", "see its words in the detail";
    /// The account holds as many contacts as its plan allows. Planned again by every run, unlike other refusals.
    ContactLimit = "contact_limit", Refused,
        "the account's contact limit is reached", "raise the plan's limit or remove contacts, then run again";
    /// Refused without a reason that could be learned.
    Unexplained = "unexplained", Refused,
        "ActiveCampaign refused the contact and no reason could be learned", "look the contact up in ActiveCampaign, or run with --retry-refused";
}

impl Reason {
    /// The reason with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// A refusal of one planned row, as learned from the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The row of the plan's sends, counted from 0.
    pub row: u64,
    /// Why.
    pub reason: Reason,
    /// The provider's own words, without personal data; empty where it said nothing.
    pub words: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_documented_in_the_same_words() {
        let page = include_str!("../../../docs/errors.md");
        for reason in Reason::ALL {
            let row = format!(
                "| `{reason}` | {} | {} | {} |",
                match reason.owner() {
                    Owner::Invalid => "invalid",
                    Owner::Refused => "refused",
                },
                reason.meaning(),
                reason.advice()
            );
            assert!(page.contains(&row), "docs/errors.md lacks: {row}");
        }
    }
}
