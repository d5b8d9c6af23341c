//! What is pushed: the profiles of a file, or the members of a segment.

use std::path::PathBuf;

use chrono::Utc;
use segue_model::segment::Meaning;
use segue_model::{DataMatching, FieldMatch, Forgotten, PlanRequest, Source};
use segue_runs::segments::ToExport;

use crate::cli::Push;
use crate::exit::Failure;
use crate::suggest;
use crate::workspace::Open;

/// What is pushed.
pub(crate) struct Input {
    pub(crate) source: Source,
    key: Option<String>,
    email: String,
    /// A segment's members. Its state directory stays open, so that nobody refreshes it meanwhile.
    members: Option<ToExport>,
    pub(crate) open: Option<Open>,
    /// Options that would match more of the segment's columns.
    pub(crate) suggestion: Option<String>,
}

impl Input {
    /// The profiles of a file.
    pub(crate) fn file(path: String, push: &Push) -> Self {
        let (key, email) = (push.members.key.clone(), push.matching.email.clone().unwrap_or_default());
        Self { source: Source::anywhere(path), key, email, members: None, open: None, suggestion: None }
    }

    pub(crate) async fn of(push: &Push) -> Result<Self, Failure> {
        let Some(name) = &push.segment else {
            if !push.workspace.required.is_empty() {
                let words = "--require (or SEGUE_REQUIRE) asks for a condition, and a file declares none: push a segment";
                return Err(Failure::Input(words.to_owned()));
            }
            return Ok(Self::file(push.source.clone().unwrap_or_default(), push));
        };
        let open = push.workspace.open().await?;
        let members =
            match open.segments.members_to_export(std::slice::from_ref(name), &[], name, Utc::now()).await {
                Ok(members) => members,
                Err(error) => {
                    open.close().await;
                    return Err(error.into());
                }
            };
        let table = &members.table.table;
        let guessed = || table.meaning(Meaning::Email).map(|column| column.name.clone());
        let email = push.matching.email.clone().or_else(guessed).ok_or_else(|| {
            Failure::Input(format!(
                "no column of table \"{}\" is known to be an e-mail address: name it with --email",
                table.name
            ))
        })?;
        let suggestion = suggest::missing(table, &push.matching);
        let (source, key) = (members.table.source.clone(), table.key.clone());
        Ok(Self { source, key, email, members: Some(members), open: Some(open), suggestion })
    }

    pub(crate) async fn close(self) {
        drop(self.members);
        if let Some(open) = self.open {
            open.close().await;
        }
    }

    /// What its plan is made from, but for what the exporter fills in.
    pub(crate) fn request(&self, push: &Push, fields: Vec<FieldMatch>) -> PlanRequest {
        let matching = &push.matching;
        PlanRequest {
            source: self.source.clone(),
            filter: push.members.condition.clone(),
            members: self.members.as_ref().map(|members| members.snapshot.clone()),
            key: self.key.clone(),
            matching: DataMatching {
                email: self.email.clone(),
                first_name: matching.first_name.clone(),
                last_name: matching.last_name.clone(),
                phone: matching.phone.clone(),
                account_name: matching.account_name.clone(),
                fields,
                tags: matching.tags.clone(),
                tag_columns: matching.tag_columns.clone(),
            },
            blanks: matching.blanks.into(),
            list: push.account.list,
            mode: push.members.mode.into(),
            retry_refused: push.members.retry_refused,
            only_refused_by: None,
            keeps_unchanged: false,
            forgotten: Forgotten::default(),
            ledger: None,
            folder: PathBuf::new(),
        }
    }
}
