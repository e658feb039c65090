//! The caller's second factor. Who has none and needs one may ask for these alone.

use super::answer::{Answer, Reply};
use super::extract::{ClientAddress, Newcomer, Payload};
use crate::app::App;
use crate::auth::two_factor;
use crate::contract::*;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/auth/two-factor", get(read).post(begin))
        .route("/auth/two-factor/on", post(turn_on))
        .route("/auth/two-factor/off", post(turn_off))
        .route("/auth/two-factor/recovery-codes", post(renew_codes))
}

async fn read(State(app): State<Arc<App>>, Newcomer(actor): Newcomer) -> Reply<TwoFactor> {
    Ok(Answer::ok(two_factor::read(&app, &actor).await?))
}

async fn begin(
    State(app): State<Arc<App>>,
    Newcomer(actor): Newcomer,
    ClientAddress(address): ClientAddress,
    Payload(command): Payload<BeginTwoFactor>,
) -> Reply<TwoFactorEnrolment> {
    Ok(Answer::ok(two_factor::begin(&app, &actor, command, address).await?))
}

async fn turn_on(
    State(app): State<Arc<App>>,
    Newcomer(actor): Newcomer,
    ClientAddress(address): ClientAddress,
    Payload(command): Payload<TurnOnTwoFactor>,
) -> Reply<RecoveryCodes> {
    Ok(Answer::ok(two_factor::turn_on(&app, &actor, command, address).await?))
}

async fn turn_off(
    State(app): State<Arc<App>>,
    Newcomer(actor): Newcomer,
    ClientAddress(address): ClientAddress,
    Payload(command): Payload<ProveTwoFactor>,
) -> Reply<Empty> {
    two_factor::turn_off(&app, &actor, command, address).await?;
    Ok(Answer::ok(Empty {}))
}

async fn renew_codes(
    State(app): State<Arc<App>>,
    Newcomer(actor): Newcomer,
    ClientAddress(address): ClientAddress,
    Payload(command): Payload<ProveTwoFactor>,
) -> Reply<RecoveryCodes> {
    Ok(Answer::ok(two_factor::renew_codes(&app, &actor, command, address).await?))
}
