//! Where the team wants a second factor of some or of all.

use super::support::{Options, PIXEL, TestApp, code, mounted, succeeded, text};
use super::*;
use reqwest::Method;
use reqwest::header::HeaderMap;

const NOWHERE: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
const DUE: &str = "two-factor login is required here";

/// What needs no session, and so has nothing to do with one.
const OPEN: [&str; 13] = [
    "GET /api/v1/server/logo/{file}",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /api/v1/server",
    "POST /api/v1/setup",
    "POST /api/v1/auth/register",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/login/code",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/reset",
    "POST /api/v1/invites/preview",
    "OPTIONS /api/v1/files",
];
/// What somebody may who has to set up a second factor. Whether it succeeds is the matter of other tests.
const LET: [&str; 6] = [
    "GET /api/v1/auth/two-factor",
    "POST /api/v1/auth/two-factor",
    "POST /api/v1/auth/two-factor/on",
    "POST /api/v1/auth/two-factor/off",
    "POST /api/v1/auth/two-factor/recovery-codes",
    "POST /api/v1/auth/logout",
];

async fn ask(http: &Http, method: &str, path: &str) -> ((u16, String), HeaderMap) {
    let request = http.request(Method::from_bytes(method.as_bytes()).expect("a method"), path).json(&json!({}));
    let answer = request.send().await.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    ((status, answer.text().await.expect("text")), headers)
}

async fn logged_in(app: &TestApp, username: &str) -> Value {
    let (status, answer) = enter(&app.http(), username).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lacks_one_may_set_it_up_and_do_nothing_else_at_any_door() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    turn_on(&app.admin().await).await;
    require(&app, "everybody").await;
    let login = logged_in(&app, "mina").await;
    assert_eq!(login["twoFactorDue"], true);
    let http = app.http().bearer(text(&login["accessToken"]));
    let mut asked = 0;
    for path in mounted() {
        let parts = path.split('/').map(|part| if part.starts_with('{') { NOWHERE } else { part });
        let place = parts.collect::<Vec<_>>().join("/");
        // Whatever is mounted there says which methods it takes when it is asked with another.
        let (_, headers) = ask(&http, "PROPFIND", &place).await;
        for method in headers["allow"].to_str().expect("text").split(',').map(str::trim) {
            // HEAD goes where GET does.
            let name = format!("{} {path}", if method == "HEAD" { "GET" } else { method });
            if OPEN.contains(&name.as_str()) || LET.contains(&name.as_str()) {
                continue;
            }
            let (answer, _) = ask(&http, method, &place).await;
            let says = method == "HEAD" || answer.1.contains(DUE);
            assert!(answer.0 == 403 && says, "{method} {path}: {answer:?}");
            asked += 1;
        }
    }
    assert!(asked > 80, "{asked}");
    let refused = mina.connect_with(Options::websocket().auth("token", login["accessToken"].clone())).await;
    assert!(refused.is_err_and(|error| error.message().starts_with("forbidden: two-factor")));
    assert_eq!(http.post("/api/v1/auth/logout", &json!({})).await.0, 200);
    assert_eq!(code(&http.get(TWO_FACTOR).await), (401, "unauthenticated"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_for_files_reads_nothing_before_there_is_a_second_factor() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    let upload = mina.http().request(Method::POST, "/api/v1/files?name=p.gif").body(PIXEL.to_vec());
    let file = text(&mina.http().send(upload).await.1["file"]["id"]);
    turn_on(&app.admin().await).await;
    require(&app, "everybody").await;
    let login = json!({ "username": "mina", "password": PASSWORD });
    let answer = app.http().request(Method::POST, LOGIN).json(&login).send().await.expect("an answer");
    let cookies = answer.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned());
    let pass = cookies.into_iter().find(|cookie| cookie.starts_with("maru_files=")).expect("a pass");
    let browser = app.http().header("cookie", pass.split(';').next().unwrap().to_owned());
    let path = format!("/api/v1/files/{file}");
    assert_eq!(code(&browser.get(&path).await), (403, "forbidden"));
    let answer: Value = answer.json().await.expect("JSON");
    let hers = app.http().bearer(text(&answer["accessToken"]));
    let begun = hers.post_ok(TWO_FACTOR, &json!({ "password": PASSWORD })).await;
    let confirmation = json!({ "enrolment": begun["enrolment"], "code": App::new(&text(&begun["secret"])).code(0) });
    hers.post_ok(&format!("{TWO_FACTOR}/on"), &confirmation).await;
    assert_eq!(browser.request(Method::GET, &path).send().await.expect("an answer").status().as_u16(), 200);
}

#[tokio::test]
async fn sessions_without_one_end_when_it_is_required_and_who_sets_it_up_is_in_with_the_same_session() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let bot = app.run_cli(&["bot", "create", "--username", "builder"], "").await.stdout;
    let bot = app.http().bearer(bot.trim());
    let admin = app.admin().await;
    turn_on(&admin).await;
    turn_on(&joon).await;
    let (minas, joons, admins) = (mina.connect().await, joon.connect().await, admin.connect().await);
    require(&app, "everybody").await;
    let told = minas.hear("session:ended").await;
    assert!(text(&told["reason"]).starts_with("two-factor login is required"), "{told}");
    minas.closed().await;
    assert_eq!(code(&mina.http().get("/api/v1/me").await), (401, "unauthenticated"));
    for socket in [&joons, &admins] {
        socket.call_ok("heartbeat", json!({})).await;
    }
    assert_eq!(bot.get("/api/v1/me").await.0, 200, "bots have a token");

    let login = logged_in(&app, "mina").await;
    let refresh = json!({ "refreshToken": login["refreshToken"] });
    let refreshed = app.http().post_ok("/api/v1/auth/refresh", &refresh).await;
    assert_eq!(refreshed["twoFactorDue"], true, "a page that is opened again knows");
    let http = app.http().bearer(text(&refreshed["accessToken"]));
    let (_, state) = http.get(TWO_FACTOR).await;
    assert_eq!((&state["required"], state.get("since")), (&json!(true), None));
    let begun = http.post_ok(TWO_FACTOR, &json!({ "password": PASSWORD })).await;
    let phone = App::new(&text(&begun["secret"]));
    let confirmation = json!({ "enrolment": begun["enrolment"], "code": phone.code(0) });
    let done = http.post_ok(&format!("{TWO_FACTOR}/on"), &confirmation).await;
    assert_eq!(http.get("/api/v1/me").await.0, 200);
    let off = json!({ "password": PASSWORD, "code": done["recoveryCodes"][0] });
    assert_eq!(
        code(&http.post(&format!("{TWO_FACTOR}/off"), &off).await),
        (403, "forbidden"),
        "not while it is required"
    );
    require(&app, "nobody").await;
    assert_eq!(http.post(&format!("{TWO_FACTOR}/off"), &off).await.0, 200, "a refusal spends no code");
}

#[tokio::test]
async fn who_began_a_session_with_the_password_alone_is_out_when_its_owner_sets_a_factor_up() {
    let app = TestApp::builder().generous().spawn().await;
    app.person("mina").await;
    turn_on(&app.admin().await).await;
    require(&app, "everybody").await;
    let stranger = logged_in(&app, "mina").await;
    let others = app.http().bearer(text(&stranger["accessToken"]));
    assert_eq!(code(&others.get("/api/v1/me").await), (403, "forbidden"));
    let own = app.http().bearer(text(&logged_in(&app, "mina").await["accessToken"]));
    let begun = own.post_ok(TWO_FACTOR, &json!({ "password": PASSWORD })).await;
    let confirmation = json!({ "enrolment": begun["enrolment"], "code": App::new(&text(&begun["secret"])).code(0) });
    own.post_ok(&format!("{TWO_FACTOR}/on"), &confirmation).await;
    assert_eq!(own.get("/api/v1/me").await.0, 200);
    assert_eq!(code(&others.get("/api/v1/me").await), (401, "unauthenticated"));
    let refresh = json!({ "refreshToken": stranger["refreshToken"] });
    assert_eq!(code(&app.http().post("/api/v1/auth/refresh", &refresh).await), (401, "unauthenticated"));
    let change = json!({ "current": PASSWORD, "new": "another correct horse" });
    assert_eq!(code(&others.post("/api/v1/auth/password", &change).await), (401, "unauthenticated"));
}

#[tokio::test]
async fn who_registers_where_it_is_required_sets_it_up_first() {
    let app = TestApp::builder().generous().spawn().await;
    turn_on(&app.admin().await).await;
    require(&app, "everybody").await;
    let sora = app.person("sora").await;
    assert_eq!(code(&sora.http().get("/api/v1/me").await), (403, "forbidden"));
    turn_on(&sora).await;
    assert_eq!(sora.http().get("/api/v1/me").await.0, 200);
}

#[tokio::test]
async fn whoever_requires_it_has_it() {
    let app = TestApp::builder().generous().spawn().await;
    let admin = app.admin().await;
    let ask = async |of: &str| {
        let request = admin.http().request(Method::PATCH, "/api/v1/admin/settings");
        app.http().send(request.json(&json!({ "requireTwoFactor": of }))).await
    };
    for of in ["everybody", "administrators"] {
        assert_eq!(code(&ask(of).await), (403, "forbidden"), "{of}");
    }
    assert_eq!(code(&ask("somebody").await), (422, "invalid"));
    turn_on(&admin).await;
    assert_eq!(ask("administrators").await.0, 200);
    // The operator needs none: whoever owns the data folder comes in by it.
    let set = ["settings", "set", "requireTwoFactor=everybody"];
    let printed = succeeded(app.run_cli(&set, "").await).stdout;
    assert!(printed.contains("requireTwoFactor = everybody"), "{printed}");
    let log = admin.http().get("/api/v1/admin/audit?act=settings.changed").await.1;
    let changed = json!({ "requireTwoFactor": { "from": "administrators", "to": "everybody" } });
    assert_eq!(log["entries"][0]["detail"], changed);
}

#[tokio::test]
async fn who_becomes_an_administrator_sets_it_up_where_administrators_need_it() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let admin = app.admin().await;
    turn_on(&admin).await;
    turn_on(&joon).await;
    require(&app, "administrators").await;
    let (minas, joons) = (mina.connect().await, joon.connect().await);
    assert_eq!(mina.http().get("/api/v1/me").await.0, 200, "members need none");
    for person in [&mina, &joon] {
        let request = admin.http().request(Method::PATCH, &format!("/api/v1/admin/people/{}", person.id));
        assert_eq!(app.http().send(request.json(&json!({ "role": "admin" }))).await.0, 200);
    }
    minas.hear("session:ended").await;
    minas.closed().await;
    assert_eq!(joons.hear("user:role").await, json!({ "role": "admin" }));
    let login = logged_in(&app, "mina").await;
    assert_eq!(login["twoFactorDue"], true);
    let http = app.http().bearer(text(&login["accessToken"]));
    assert_eq!(code(&http.get("/api/v1/admin/people").await), (403, "forbidden"));
    assert_eq!(joon.http().get("/api/v1/admin/people").await.0, 200);
}
