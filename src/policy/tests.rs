use super::*;

#[test]
fn a_second_factor_is_needed_by_whom_the_team_wants_it_of() {
    use RequireTwoFactor::{Administrators, Everybody, Nobody};
    let needs = |role| [Nobody, Administrators, Everybody].map(|required| needs_two_factor(role, required));
    for (role, needed) in [
        (ServerRole::Owner, [false, true, true]),
        (ServerRole::Admin, [false, true, true]),
        (ServerRole::Member, [false, false, true]),
        (ServerRole::Guest, [false, false, true]),
    ] {
        assert_eq!(needs(role), needed, "{role:?}");
        let may = [Nobody, Administrators, Everybody].map(|required| may_turn_off_two_factor(role, required).is_ok());
        assert_eq!(may, needed.map(|needed| !needed), "{role:?}");
    }
    let may = |has| [Nobody, Administrators, Everybody].map(|required| may_require_two_factor(has, required).is_ok());
    assert_eq!((may(true), may(false)), ([true; 3], [true, false, false]));
}

fn standing(server_role: ServerRole, room_kind: RoomKind, room_role: RoomRole) -> Standing {
    Standing { user: UserId::generate(), server_role, room_kind, room_role }
}

fn member(room_role: RoomRole) -> Standing {
    standing(ServerRole::Member, RoomKind::Public, room_role)
}

#[test]
fn who_may_post_depends_on_the_rule_the_role_and_the_place() {
    for (posting, in_thread, expected) in [
        (Posting::Everyone, false, true),
        (Posting::Threads, false, false),
        (Posting::Threads, true, true),
        (Posting::Moderators, false, false),
        (Posting::Moderators, true, false),
    ] {
        assert_eq!(may_post(member(RoomRole::Member), posting, in_thread).is_ok(), expected, "{posting:?}");
        for free in [
            member(RoomRole::Owner),
            member(RoomRole::Moderator),
            standing(ServerRole::Admin, RoomKind::Private, RoomRole::Member),
        ] {
            assert!(may_post(free, posting, in_thread).is_ok(), "{free:?}");
        }
    }
}

#[test]
fn a_member_waits_for_what_is_left_of_the_pause_and_whoever_looks_after_the_room_does_not() {
    let (pause, now) = (Duration::from_secs(10), Timestamp::from_millis(1_000_000));
    let left = |role, ago: u64| match may_post_again(member(role), pause, Some(now - Duration::from_millis(ago)), now) {
        Err(Error::RateLimited { retry_after }) => Some(retry_after.as_millis()),
        _ => None,
    };
    assert_eq!(
        [0, 1, 9_999, 10_000, 60_000].map(|ago| left(RoomRole::Member, ago)),
        [Some(10_000), Some(9_999), Some(1), None, None]
    );
    assert_eq!((left(RoomRole::Moderator, 0), left(RoomRole::Owner, 0)), (None, None));
    assert!(may_post_again(member(RoomRole::Member), pause, None, now).is_ok(), "nothing was sent before");
    let later = Some(now + Duration::from_secs(3_600));
    assert!(
        matches!(may_post_again(member(RoomRole::Member), pause, later, now), Err(Error::RateLimited { retry_after }) if retry_after == pause),
        "a clock that was set back makes nobody wait longer"
    );
}

#[test]
fn what_was_hidden_is_shown_again_by_others_and_of_ones_own_by_who_governs() {
    let other = UserId::generate();
    let admin = standing(ServerRole::Admin, RoomKind::Private, RoomRole::Member);
    for (who, own, others, own_by_server, others_by_server) in [
        (member(RoomRole::Member), false, false, false, false),
        (member(RoomRole::Moderator), false, true, false, false),
        (member(RoomRole::Owner), true, true, false, false),
        (admin, true, true, false, true),
    ] {
        let may = |author, by_server| may_show(who, author, by_server).is_ok();
        let found = (may(who.user, false), may(other, false), may(who.user, true), may(other, true));
        assert_eq!(found, (own, others, own_by_server, others_by_server), "{who:?}");
    }
}

#[test]
fn every_member_takes_an_archive_of_a_room_but_a_guest() {
    for (role, may) in
        [(ServerRole::Owner, true), (ServerRole::Admin, true), (ServerRole::Member, true), (ServerRole::Guest, false)]
    {
        for kind in [RoomKind::Public, RoomKind::Private, RoomKind::Direct] {
            assert_eq!(may_archive_room(standing(role, kind, RoomRole::Member)).is_ok(), may, "{role:?} {kind:?}");
        }
    }
}

#[test]
fn a_moderator_removes_members_and_nobody_above() {
    assert!(may_kick_who(member(RoomRole::Moderator), RoomRole::Member).is_ok());
    for above in [RoomRole::Moderator, RoomRole::Owner] {
        assert!(may_kick_who(member(RoomRole::Moderator), above).is_err());
        assert!(may_kick_who(member(RoomRole::Owner), above).is_ok());
    }
}

#[test]
fn everybody_is_reached_where_both_the_room_and_the_team_leave_it_to_the_sender() {
    use MayMentionEverybody::{Administrators, Everyone, Moderators};
    let reaches =
        |who: Standing, room| [Everyone, Moderators, Administrators].map(|team| reaches_everybody(who, room, team));
    assert_eq!(reaches(member(RoomRole::Member), MentionAll::Everyone), [true, false, false]);
    assert_eq!(reaches(member(RoomRole::Member), MentionAll::Moderators), [false, false, false]);
    assert_eq!(reaches(member(RoomRole::Moderator), MentionAll::Moderators), [true, true, false]);
    let admin = standing(ServerRole::Admin, RoomKind::Public, RoomRole::Member);
    assert_eq!(reaches(admin, MentionAll::Moderators), [true, true, true]);
    let direct = standing(ServerRole::Member, RoomKind::Direct, RoomRole::Member);
    assert_eq!(reaches(direct, MentionAll::Moderators), [true, true, true]);
}

#[test]
fn rooms_are_made_by_whom_the_team_lets_and_direct_ones_by_everybody() {
    use MayCreateRooms::{Administrators, Everyone};
    let may = |role, kind, who| may_create_room(role, kind, who).is_ok();
    assert!(!may(ServerRole::Guest, RoomKind::Private, Everyone));
    assert!(may(ServerRole::Guest, RoomKind::Direct, Administrators));
    assert!(may(ServerRole::Member, RoomKind::Public, Everyone));
    assert!(!may(ServerRole::Member, RoomKind::Private, Administrators));
    assert!(may(ServerRole::Member, RoomKind::Direct, Administrators));
    assert!(may(ServerRole::Admin, RoomKind::Public, Administrators));
}
