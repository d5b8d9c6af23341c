//! Words of the model in the OpenAPI document: the model does not know that there is one.

use segue_model::Role;
use segue_model::connection::{ConnectionKind, Fault};
use segue_model::job::{Status, Trigger, Work};
use segue_model::person::Language;
use segue_model::segment::{Kind, Meaning};
use segue_store::Scope;
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, OneOfBuilder, Schema, Type};

fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}

fn or_nothing(words: Object) -> Schema {
    let nothing = ObjectBuilder::new().schema_type(Type::Null).build();
    Schema::OneOf(OneOfBuilder::new().item(words).item(nothing).build())
}

/// A role.
pub(crate) fn role() -> Object {
    one_of(Role::ALL.iter().map(|role| role.word()))
}

/// A language.
pub(crate) fn language() -> Object {
    one_of([Language::En, Language::Ro].map(Language::word))
}

/// What a token may be used for.
pub(crate) fn scope() -> Object {
    one_of([Scope::Read, Scope::Write].map(Scope::word))
}

/// Where a connection leads.
pub(crate) fn connection_kind() -> Object {
    one_of([ConnectionKind::ActiveCampaign.word()])
}

/// What is at fault when an account does not answer as it should; nothing if it does.
pub(crate) fn fault() -> Schema {
    or_nothing(one_of(Fault::ALL.iter().map(|fault| fault.word())))
}

/// Who may use a connection.
pub(crate) fn sharing() -> Schema {
    let ids = ArrayBuilder::new().items(ObjectBuilder::new().schema_type(Type::String)).build();
    let people = ObjectBuilder::new().property("people", ids).required("people").build();
    Schema::OneOf(OneOfBuilder::new().item(one_of(["administrators", "contributors"])).item(people).build())
}

/// What an export does with those who left.
pub(crate) fn mode() -> Object {
    one_of(["add-update", "mirror"])
}

/// What empty values do.
pub(crate) fn blanks() -> Object {
    one_of(["keep", "clear"])
}

/// When an export runs by itself.
pub(crate) fn export_schedule() -> Schema {
    let words = one_of(["follows_refresh", "when_segments_change", "off"]);
    let own = ObjectBuilder::new().property("own", recurrence()).required("own").build();
    Schema::OneOf(OneOfBuilder::new().item(words).item(own).build())
}

/// When the system refreshes by itself.
pub(crate) fn refresh_schedule() -> Schema {
    let on = ObjectBuilder::new().property("on", recurrence()).required("on").build();
    Schema::OneOf(OneOfBuilder::new().item(one_of(["off"])).item(on).build())
}

/// Times that come again and again.
fn recurrence() -> Object {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let texts = || ArrayBuilder::new().items(text()).build();
    ObjectBuilder::new()
        .property("every", one_of(["day", "week"]))
        .property("days", texts())
        .property("at", texts())
        .property("cron", text())
        .property("time_zone", text())
        .required("time_zone")
        .build()
}

/// How far a run has come.
pub(crate) fn status() -> Object {
    one_of(Status::ALL.iter().map(|status| status.word()))
}

/// Why a run was begun.
pub(crate) fn trigger() -> Object {
    one_of(Trigger::ALL.iter().map(|trigger| trigger.word()))
}

/// What a run does.
pub(crate) fn work() -> Object {
    one_of(Work::KINDS.iter().copied())
}

/// A custom field by id, title or personalisation tag.
pub(crate) fn field_name() -> Schema {
    let number = ObjectBuilder::new().schema_type(Type::Integer).build();
    let text = ObjectBuilder::new().schema_type(Type::String).build();
    Schema::OneOf(OneOfBuilder::new().item(number).item(text).build())
}

/// What a custom field takes.
pub(crate) fn field_type() -> Object {
    one_of(["text", "number", "date", "date_time", "one", "many"])
}

/// What can be asked of a column.
pub(crate) fn column_kind() -> Object {
    one_of(Kind::ALL.iter().map(|(_, word)| *word))
}

/// What a column is to people; nothing where that is not known.
pub(crate) fn meaning() -> Schema {
    or_nothing(one_of(Meaning::ALL.iter().map(|(_, word)| *word)))
}

/// Whether a segment follows its definition at every refresh.
pub(crate) fn segment_type() -> Object {
    one_of(["dynamic", "static"])
}

/// Whether a segment is refreshed with the others.
pub(crate) fn segment_state() -> Object {
    one_of(["active", "inactive"])
}

/// A definition: a document, or the text of one in YAML or JSON.
pub(crate) fn definition() -> Schema {
    let document = ObjectBuilder::new().schema_type(Type::Object).build();
    let text = ObjectBuilder::new().schema_type(Type::String).build();
    Schema::OneOf(OneOfBuilder::new().item(document).item(text).build())
}

/// What columns are to people, by column.
pub(crate) fn meanings() -> Object {
    ObjectBuilder::new().schema_type(Type::Object).additional_properties(Some(meaning())).build()
}
