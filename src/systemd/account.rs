//! The user that the service runs as.

use super::machine::Machine;
use super::units::DATA_DIR;
use crate::error::{Error, Result};
use std::path::Path;

/// People's accounts begin here.
const FIRST_PERSON: u32 = 1000;

pub(super) struct Account {
    pub id: u32,
    home: String,
}

impl Account {
    /// None as long as there is no such user.
    pub fn of_the_service(machine: &Machine) -> Result<Option<Self>> {
        let output = machine.output("getent", &["passwd", "maru"])?;
        let text = String::from_utf8_lossy(&output.stdout);
        let fields: Vec<_> = text.trim_end().split(':').collect();
        Ok(match fields.as_slice() {
            [_, _, id, _, _, home, ..] => id.parse().ok().map(|id| Self { id, home: (*home).to_owned() }),
            _ => None,
        })
    }

    /// A person who is called so would own all data, and the service would be that person.
    ///
    /// # Errors
    /// `Conflict` when there is such a person.
    pub fn check(machine: &Machine) -> Result<()> {
        match Self::of_the_service(machine)? {
            Some(Self { id, home }) if id >= FIRST_PERSON && Path::new(&home) != Path::new(DATA_DIR) => {
                Err(Error::Conflict(format!(
                    "the user maru (number {id}, at home in {home}) is a person's account, and the service needs that \
                     name for itself; rename the account, as by usermod --login"
                )))
            }
            _ => Ok(()),
        }
    }
}
