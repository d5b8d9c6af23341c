//! The kinds of problems, by status, with the words that each has for every case.

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal, $status:literal, $title:literal, $advice:literal;)*) => {
        /// What kind of problem it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $($(#[doc = $doc])* $name,)* }

        impl Code {
            /// All of them, by status.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable word for programs.
            #[must_use]
            pub const fn word(self) -> &'static str { match self { $(Self::$name => $code),* } }

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 { match self { $(Self::$name => $status),* } }

            /// What happened, in words that fit every case.
            #[must_use]
            pub const fn title(self) -> &'static str { match self { $(Self::$name => $title),* } }

            /// What the caller can do about it.
            #[must_use]
            pub const fn advice(self) -> &'static str { match self { $(Self::$name => $advice),* } }
        }
    };
}

codes! {
    /// Neither JSON nor a query of ours.
    Malformed = "malformed", 400,
        "the request cannot be read", "see the detail, and docs/api.md";
    /// A page is asked for that has no beginning any more.
    UnknownCursor = "unknown_cursor", 400,
        "the cursor is not one of this list", "begin with the first page again";
    /// Nobody is signed in.
    SignInRequired = "sign_in_required", 401,
        "nobody is signed in, or the session or token has ended", "sign in again, or use another token";
    /// The time of the token is over.
    TokenExpired = "token_expired", 401,
        "the token has expired", "make a new one with segue tokens add, or signed in under Your account";
    /// Login or password is wrong, or the person may not sign in.
    WrongCredentials = "wrong_credentials", 401,
        "login or password is wrong", "try again, or ask an administrator for a link to set a new password";
    /// A browser sent it on behalf of another site.
    CrossSite = "cross_site", 403,
        "the request comes from another site", "send it from Segue's own address, or with a token";
    /// The role does not allow it.
    Forbidden = "forbidden", 403,
        "your role does not allow this", "ask an administrator";
    /// The token is for reading.
    ReadOnlyToken = "read_only_token", 403,
        "the token may only read", "use a token of scope write";
    /// Tokens do not make tokens or change passwords.
    SessionRequired = "session_required", 403,
        "this takes a person who is signed in, not a token", "sign in with login and password";
    /// There is nothing here, or no more.
    NotFound = "not_found", 404,
        "there is nothing under this address", "look at the list again";
    /// The address knows other methods.
    WrongMethod = "wrong_method", 405,
        "this address does not take this method", "see the Allow header";
    /// The name or login belongs to another.
    Taken = "taken", 409,
        "the name is taken", "choose another";
    /// Something else refers to it.
    InUse = "in_use", 409,
        "something else uses this", "change, detach or remove each of used_by first";
    /// Its export is switched off or detached, or what was asked for is not there to be carried out.
    CannotRun = "cannot_run", 409,
        "this cannot be run now", "see the detail";
    /// What is being sent or written must not be changed under it.
    UnderWay = "under_way", 409,
        "a run or a refresh is under way", "let it end, or cancel it, and ask again";
    /// The export user was removed, disabled or is no administrator any more.
    ExportUserGone = "export_user_gone", 409,
        "nobody answers for what the connection sends", "have an administrator become its export user";
    /// A segment has no members yet.
    NeverRefreshed = "never_refreshed", 409,
        "the segment was never refreshed", "refresh it first";
    /// The operator has named no folder that tables may be in.
    NoDataFolder = "no_data_folder", 409,
        "this server has no data folder", "have its operator start it with --data-folder";
    /// What a table is read from is gone, or another.
    Unusable = "unusable", 409,
        "a table cannot be read as it is declared", "see the detail; mend its files, or change the table";
    /// Nobody would be left who may give rights.
    LastAdministrator = "last_administrator", 409,
        "this is the last administrator who can sign in", "make somebody else administrator first";
    /// There are as many as there may be.
    TooMany = "too_many", 409,
        "there are as many as there may be", "remove what is not needed any more";
    /// Personal data is kept for a while only.
    NotKept = "not_kept", 410,
        "this is personal data and is not kept any more", "run the export again to have it anew";
    /// It worked once.
    SpentLink = "spent_link", 410,
        "the link was used already or has expired", "ask an administrator for a new one";
    /// Somebody else changed it.
    Stale = "stale", 412,
        "somebody else has changed this in the meantime", "read it again and repeat the change";
    /// The body is too large.
    TooLarge = "too_large", 413,
        "the body is too large", "send less";
    /// The body is of another type.
    NotJson = "not_json", 415,
        "the body is not JSON", "send it as application/json";
    /// Values are missing, unknown or wrong.
    InvalidFields = "invalid_fields", 422,
        "some fields are not right", "see errors: each names a field and what is wrong";
    /// Two wishes are called alike.
    KeyReused = "key_reused", 422,
        "the idempotency key was used for another wish", "use a new key for each wish";
    /// The host of a connection.
    ConnectHost = "connect_host", 422,
        "ActiveCampaign does not answer at this host", "copy the API URL from Settings → Developer in ActiveCampaign";
    /// The key of a connection.
    ConnectKey = "connect_key", 422,
        "ActiveCampaign refused the API key", "copy it again from Settings → Developer in ActiveCampaign";
    /// The rights of a connection's key.
    ConnectPermission = "connect_permission", 422,
        "the API key's user lacks a permission", "give its group the permission, or use another user's key";
    /// The account of a connection.
    ConnectAccount = "connect_account", 422,
        "the ActiveCampaign account is suspended or unpaid", "sign in to it to see why";
    /// It is not said which version is changed.
    VersionRequired = "version_required", 428,
        "the request does not say which version it changes", "send the ETag that was read as If-Match";
    /// Passwords are guessed slowly.
    TooManyAttempts = "too_many_attempts", 429,
        "there were too many attempts to sign in", "wait as long as Retry-After says";
    /// Our fault.
    Defect = "defect", 500,
        "Segue has failed", "repeat it; if it fails again, report it with the X-Request-Id";
    /// The way to the provider.
    ConnectNetwork = "connect_network", 502,
        "ActiveCampaign cannot be reached from here", "check the network of the machine that Segue runs on";
    /// The provider itself.
    ConnectProvider = "connect_provider", 502,
        "ActiveCampaign is in trouble or busy", "try again later";
    /// Others are being answered.
    Busy = "busy", 503,
        "as many questions as may be are being answered", "try again in as many seconds as Retry-After says";
    /// The database cannot be reached or fails.
    StoreUnavailable = "store_unavailable", 503,
        "the database does not answer", "try again; the log says more";
    /// A key cannot be opened or read.
    SecretUnavailable = "secret_unavailable", 503,
        "a secret cannot be read", "see the detail";
    /// It took too long.
    TooSlow = "too_slow", 503,
        "the answer took too long", "try again later; give large text files as Parquet, which need not be read whole";
    /// No room.
    DiskFull = "disk_full", 507,
        "the disk is full", "free some space";
    /// No memory.
    OutOfMemory = "out_of_memory", 507,
        "this takes more memory than is allowed", "ask less at once, or have the operator raise --memory";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_documented_in_the_same_words_and_no_other_is() {
        let page = include_str!("../../../../docs/errors.md");
        for code in Code::ALL {
            let row = format!(
                "| <a id=\"{0}\"></a>`{0}` | {1} | {2} | {3} |",
                code.word(),
                code.status(),
                code.title(),
                code.advice()
            );
            assert!(page.contains(&row), "docs/errors.md lacks: {row}");
        }
        let rows = page.matches("<a id=").count();
        assert_eq!(rows, Code::ALL.len(), "docs/errors.md lists codes that are no more");
    }

    #[test]
    fn codes_are_sorted_by_status_and_each_is_there_once() {
        assert!(Code::ALL.is_sorted_by_key(|code| code.status()));
        let mut words: Vec<_> = Code::ALL.iter().map(|code| code.word()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
    }
}
