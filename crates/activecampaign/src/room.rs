//! How many contacts an account may have.

use serde_json::Value;

use crate::client::{Client, read};
use crate::decode::{any_case, as_number};
use crate::transport::Call;
use crate::{Error, ErrorKind};

/// The contacts that an account has, and the most that its plan allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Contacts that count.
    pub contacts: u64,
    /// The most of them.
    pub limit: u64,
}

impl Room {
    /// How many more there may be.
    #[must_use]
    pub const fn left(self) -> u64 {
        self.limit.saturating_sub(self.contacts)
    }
}

impl Client {
    /// How much room the account has; none where it does not tell. `GET /settings/account` is not documented for this
    /// version of the API, so whatever cannot be understood tells nothing.
    ///
    /// # Errors
    /// Those of the transport.
    pub async fn room(&self) -> Result<Option<Room>, Error> {
        match self
            .transport
            .call(&Call::get("settings/account"), |body| read(body).map(|answer: Value| room(&answer)))
            .await
        {
            Err(error) if says_nothing(error.kind()) => Ok(None),
            other => other,
        }
    }
}

fn says_nothing(kind: &ErrorKind) -> bool {
    use ErrorKind::{Credentials, Invalid, NotFound, Other, Permission, Unreadable, WrongHost};
    matches!(
        kind,
        NotFound | WrongHost | Unreadable | Other | Credentials | Permission { .. } | Invalid { .. }
    )
}

fn room(answer: &Value) -> Option<Room> {
    let account = answer.get("account").unwrap_or(answer).as_object()?;
    let number = |name| any_case(account, name).filter(|value| !value.is_null()).map(as_number);
    let limit = number("subscriber_limit").filter(|limit| *limit > 0)?;
    Some(Room { contacts: number("subscriber_count")?, limit })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_account_that_tells_is_understood_in_every_spelling() {
        let told = Some(Room { contacts: 7, limit: 500 });
        assert_eq!(room(&json!({"account": {"subscriber_limit": "500", "subscriber_count": 7}})), told);
        assert_eq!(room(&json!({"Subscriber_Limit": 500, "subscriber_count": "7"})), told);
        for nothing in [
            json!({}),
            json!([]),
            json!({"account": {"subscriber_limit": null, "subscriber_count": "7"}}),
            json!({"account": {"subscriber_limit": "500"}}),
            json!({"account": {"subscriber_limit": "unlimited", "subscriber_count": "7"}}),
        ] {
            assert_eq!(room(&nothing), None, "{nothing}");
        }
    }
}
