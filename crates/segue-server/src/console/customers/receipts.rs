//! Receipts of people who were forgotten: what was erased where. They name nobody.

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::super::page::{Done, Frame, Section, known, ok};
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Asked, Id};
use crate::problem::{Code, Problem};
use crate::routes::profiles::{self, ReceiptView, ReceiptsQuery};

#[derive(Template)]
#[template(path = "customers/receipts.html")]
struct List {
    frame: Frame,
    receipts: Vec<ReceiptView>,
    next: Option<String>,
}

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Asked<ReceiptsQuery>,
) -> Result<Response, Problem> {
    let Json(page) = profiles::receipts(State(app.clone()), caller.clone(), query).await?;
    let frame = Frame::of(&app, &caller, Section::Customers).await?;
    Ok(ok(&List { frame, receipts: page.items, next: page.next }))
}

#[derive(Template)]
#[template(path = "customers/receipt.html")]
struct Show {
    frame: Frame,
    receipt: ReceiptView,
    done: Option<&'static str>,
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    id: Id,
    Query(query): Query<Done>,
) -> Result<Response, Problem> {
    let Json(receipt) = profiles::receipt(State(app.clone()), caller.clone(), id).await?;
    let frame = Frame::of(&app, &caller, Section::Customers).await?;
    Ok(ok(&Show { frame, receipt, done: known(query.done.as_deref(), &["forgotten"]) }))
}

pub(super) async fn download(State(app): State<App>, caller: Caller, id: Id) -> Result<Response, Problem> {
    let Json(receipt) = profiles::receipt(State(app), caller, id).await?;
    let text = serde_json::to_string_pretty(&receipt).map_err(|_| Problem::new(Code::Defect))? + "\n";
    // Ids are plain digits and letters.
    let disposition = format!("attachment; filename=\"receipt-{}.json\"", receipt.id);
    let headers =
        [(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, text).into_response())
}
