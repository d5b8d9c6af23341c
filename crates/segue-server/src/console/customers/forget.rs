//! Forgetting a person: first what that does, in numbers; then her key once more, since it cannot be undone.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Map, json};

use super::super::form::{Faults, Form, body};
use super::super::page::{Frame, Section, ok, shown};
use crate::app::App;
use crate::caller::Caller;
use crate::input::Body;
use crate::problem::{Code, Problem};
use crate::routes::profiles::{self, FoundView};

#[derive(Template)]
#[template(path = "customers/forget.html")]
struct Page {
    frame: Frame,
    table: String,
    key: String,
    /// Further addresses, one a line.
    addresses: String,
    unsubscribe: bool,
    /// None if the addresses are not right.
    found: Option<FoundView>,
    faults: Faults,
    trouble: Option<Problem>,
}

impl Page {
    /// Lists that she can be taken off.
    fn lists(&self) -> usize {
        self.found.iter().flat_map(|found| &found.ledgers).filter(|ledger| ledger.can_unsubscribe).count()
    }

    /// Lists that hold her and that Segue cannot take her off.
    fn out_of_reach(&self) -> usize {
        let ledgers = self.found.iter().flat_map(|found| &found.ledgers);
        ledgers.filter(|ledger| ledger.is_listed && !ledger.can_unsubscribe).count()
    }

    /// What is said of the addresses, whichever of them.
    fn address_fault(&self) -> Option<&str> {
        self.faults.below("", "addresses")
    }
}

fn addresses(form: &Form) -> Vec<&str> {
    form.text("addresses")
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|it| !it.is_empty())
        .collect()
}

async fn page(app: &App, caller: &Caller, form: &Form) -> Result<Page, Problem> {
    let (table, key) = (form.text("table"), form.raw("key"));
    let fields = Map::from_iter([
        ("table".to_owned(), json!(table)),
        ("key".to_owned(), json!(key)),
        ("addresses".to_owned(), json!(addresses(form))),
    ]);
    let found = profiles::find(State(app.clone()), caller.clone(), Body(body(fields)?)).await;
    let (found, faults) = match found {
        Ok(Json(found)) => (Some(found), Faults::default()),
        Err(problem) => (None, Faults::of(problem)?),
    };
    Ok(Page {
        frame: Frame::of(app, caller, Section::Customers).await?,
        table: table.to_owned(),
        key: key.to_owned(),
        addresses: addresses(form).join("\n"),
        // Ticked to begin with; a form that was sent says so itself.
        unsubscribe: form.is_on("unsubscribe") || !form.is_on("asked"),
        found,
        faults,
        trouble: None,
    })
}

pub(super) async fn ask(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    let page = page(&app, &caller, &form).await?;
    if let Some(receipt) = page.found.as_ref().and_then(|found| found.receipt.as_ref()) {
        return Ok(Redirect::to(&format!("/customers/receipts/{receipt}")).into_response());
    }
    Ok(ok(&page))
}

pub(super) async fn forget(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    let fields = Map::from_iter([
        ("table".to_owned(), json!(form.text("table"))),
        ("key".to_owned(), json!(form.raw("key"))),
        ("addresses".to_owned(), json!(addresses(&form))),
        ("unsubscribe".to_owned(), json!(form.is_on("unsubscribe"))),
        ("confirm".to_owned(), json!(form.text("confirm"))),
    ]);
    let problem = match profiles::forget(State(app.clone()), caller.clone(), Body(body(fields)?)).await {
        Ok((_, Json(receipt))) => {
            return Ok(
                Redirect::to(&format!("/customers/receipts/{}?done=forgotten", receipt.id)).into_response()
            );
        }
        Err(problem) => problem,
    };
    let mut again = page(&app, &caller, &form).await?;
    if problem.errors().is_empty() {
        if !can_be_told(&problem) {
            return Err(problem);
        }
        again.trouble = Some(problem);
        return Ok(shown(StatusCode::CONFLICT, &again));
    }
    again.faults = Faults::of(problem)?;
    Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, &again))
}

/// Whether whoever asks can act on it where they are.
fn can_be_told(problem: &Problem) -> bool {
    let code = problem.code();
    code.word().starts_with("connect_")
        || matches!(
            code,
            Code::UnderWay | Code::CannotRun | Code::ExportUserGone | Code::Busy | Code::Unusable
        )
}
