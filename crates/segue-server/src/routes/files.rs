//! Small files, put into a data folder so that tables can be made of them.

use axum::Json;
use axum::body::Body as Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use segue_model::Right;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::{Caller, Object, compared};
use crate::folders::UPLOAD;
use crate::input::Asked;
use crate::problem::Problem;
use crate::receive::receive;

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(upload))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FileQuery {
    /// What the file is to be called: letters, digits, -, _ and ., with the ending of a format that is read.
    #[param(example = "customers.csv")]
    pub(crate) name: String,
}

/// A file that was put into a data folder.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadedFile {
    /// Its path, as `POST /tables` takes it.
    pub(crate) path: String,
    pub(crate) bytes: u64,
}

/// Put a file into the data folder
///
/// The body is the file. It never replaces one that is there.
#[utoipa::path(post, operation_id = "upload_file", path = "/files", tag = "tables", params(FileQuery),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = CREATED, description = "it is there", body = UploadedFile)),
)]
pub(crate) async fn upload(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<FileQuery>,
    body: Bytes,
) -> Result<(StatusCode, Json<UploadedFile>), Problem> {
    caller.require(Right::ChangeTables)?;
    let place = app.setting.data_folders.place(&query.name)?;
    // Beside it, so that it can be put there whole; what begins with a point is no part of any table.
    let beside = place.with_file_name(format!("{UPLOAD}{}", app.new_id()));
    let received = receive(body, beside, app.setting.largest_file).await?;
    let view = UploadedFile { path: query.name, bytes: received.bytes };
    let object = Object { kind: "file", id: &view.path, name: &view.path };
    let entry = compared(caller.entry(&app, "file.upload", object), None, Some(&view));
    received.put(&place)?;
    if let Err(error) = app.store.note(&entry).await {
        // What is in no log is not done.
        let _ = std::fs::remove_file(&place);
        return Err(error.into());
    }
    Ok((StatusCode::CREATED, Json(view)))
}
