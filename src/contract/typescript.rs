//! The TypeScript of the contract, generated from the Rust types.

use super::{
    announcements::{Announce, AnnouncementAnswer, Announcements},
    archives::{ArchiveAnswer, MakeArchive},
    audit::AuditLog,
    backups::Backups,
    commands::describe_commands,
    envelope::*,
    events::describe_events,
    figures::ServerFigures,
    files::{FileAnswer, SetAvatar},
    governing::{GiveRoom, GovernedRoomAnswer, GovernedRooms, Jobs, RetainRoom, RetentionPreview, StorageUsage},
    identity::*,
    people::*,
    team::{SetLogo, TeamAnswer, UpdateTeam},
    two_factor::*,
};
use std::{any::TypeId, collections::BTreeMap, fmt::Write};
use ts_rs::{Config, TS, TypeVisitor};

/// Declarations met so far, and the maps of commands and events.
pub struct Declarations {
    config: Config,
    types: BTreeMap<String, String>,
    seen: Vec<TypeId>,
    commands: String,
    events: String,
}

impl Declarations {
    pub fn command<P: TS + 'static, A: TS + 'static>(&mut self, name: &str) {
        let entry = format!("  '{name}': {{ payload: {}; ack: {} }}\n", P::name(&self.config), A::name(&self.config));
        self.commands.push_str(&entry);
        self.visit::<P>();
        self.visit::<A>();
    }

    pub fn event<E: TS + 'static>(&mut self, name: &str) {
        let entry = format!("  '{name}': {}\n", E::name(&self.config));
        self.events.push_str(&entry);
        self.visit::<E>();
    }
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_none() || self.seen.contains(&TypeId::of::<T>()) {
            return;
        }
        self.seen.push(TypeId::of::<T>());
        let docs = T::docs().unwrap_or_default();
        self.types.insert(T::ident(&self.config), format!("{docs}export {}\n", T::decl(&self.config)));
        T::visit_dependencies(self);
    }
}

/// The whole contract as one TypeScript module. Deterministic.
pub fn typescript() -> String {
    let mut all = Declarations {
        config: Config::new().with_large_int("number"),
        types: BTreeMap::new(),
        seen: Vec::new(),
        commands: String::new(),
        events: String::new(),
    };
    describe_commands(&mut all);
    describe_events(&mut all);
    describe_identity(&mut all);

    let mut text = String::from("// Generated from src/contract by `scripts/contract`; do not edit.\n\n");
    for declaration in all.types.values() {
        text.push_str(declaration);
        text.push('\n');
    }
    let _infallible = write!(
        text,
        "/** Every command: what is sent and what it is acknowledged with. */\nexport interface Commands {{\n{}}}\n\n\
         /** Every event that the server tells. */\nexport interface ServerEvents {{\n{}}}\n\n\
         /** The envelope of every acknowledgement and HTTP answer. */\nexport type Ack<T> = ({{ success: true }} & T) | Failure\n",
        all.commands, all.events
    );
    text
}

fn describe_identity(to: &mut Declarations) {
    to.visit::<Failure>();
    to.visit::<SetUp>();
    to.visit::<Register>();
    to.visit::<LogIn>();
    to.visit::<Refresh>();
    to.visit::<ChangePassword>();
    to.visit::<UpdateMe>();
    to.visit::<ResetPassword>();
    to.visit::<CreateInvite>();
    to.visit::<LoginAnswer>();
    to.visit::<FinishLogin>();
    to.visit::<TwoFactor>();
    to.visit::<BeginTwoFactor>();
    to.visit::<TwoFactorEnrolment>();
    to.visit::<TurnOnTwoFactor>();
    to.visit::<ProveTwoFactor>();
    to.visit::<RecoveryCodes>();
    to.visit::<ServerInfo>();
    to.visit::<PreviewInvite>();
    to.visit::<InvitePreview>();
    to.visit::<CreatedInvite>();
    to.visit::<Invites>();
    to.visit::<Sessions>();
    to.visit::<MeAnswer>();
    to.visit::<Users>();
    to.visit::<UserAnswer>();
    to.visit::<Connections>();
    to.visit::<FileAnswer>();
    to.visit::<SetAvatar>();
    to.visit::<Backups>();
    to.visit::<ServerFigures>();
    to.visit::<People>();
    to.visit::<PersonState>();
    to.visit::<PersonKind>();
    to.visit::<PersonAnswer>();
    to.visit::<ChangeRole>();
    to.visit::<ErasePerson>();
    to.visit::<PasswordLink>();
    to.visit::<EndedSessions>();
    to.visit::<AuditLog>();
    to.visit::<UpdateTeam>();
    to.visit::<SetLogo>();
    to.visit::<TeamAnswer>();
    to.visit::<GovernedRooms>();
    to.visit::<GovernedRoomAnswer>();
    to.visit::<GiveRoom>();
    to.visit::<RetainRoom>();
    to.visit::<RetentionPreview>();
    to.visit::<StorageUsage>();
    to.visit::<Jobs>();
    to.visit::<Announce>();
    to.visit::<AnnouncementAnswer>();
    to.visit::<Announcements>();
    to.visit::<MakeArchive>();
    to.visit::<ArchiveAnswer>();
}
