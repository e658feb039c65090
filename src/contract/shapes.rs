//! What payloads, acknowledgements and events have in common: camelCase, absent rather than null.

macro_rules! payload {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize, TS)]
        #[serde(rename_all = "camelCase")]
        #[ts(optional_fields)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type),* }
    )+};
}
pub(super) use payload;

macro_rules! acknowledgement {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize, TS)]
        #[serde(rename_all = "camelCase")]
        #[ts(optional_fields)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type),* }
    )+};
}
pub(super) use acknowledgement;

macro_rules! event {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize, TS)]
        #[serde(rename_all = "camelCase")]
        #[ts(optional_fields)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type),* }
    )+};
}
pub(super) use event;
