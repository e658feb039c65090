//! Images: measured, made small, freed of what they tell about their maker; and what comes of those that mean harm.

use super::*;
use image::{GenericImageView, Pixel};

async fn thumbnail(person: &Person, file: &Value, size: &str) -> (String, image::DynamicImage) {
    let request = person.http().request(Method::GET, &format!("{}?size={size}", path_of(file)));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let kind = header(&response, "content-type").to_owned();
    (kind, image::load_from_memory(&response.bytes().await.unwrap()).expect("an image"))
}

#[tokio::test]
async fn an_image_is_measured_and_made_small_in_two_sizes() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    let file = upload(&mina, "wide.jpg", pictures::jpeg(2_000, 1_000)).await;
    assert_eq!((&file["type"], &file["kind"]), (&json!("image/jpeg"), &json!("image")));
    assert_eq!((&file["width"], &file["height"]), (&json!(2_000), &json!(1_000)));
    let color = text(&file["color"]);
    assert!(color.len() == 7 && color.starts_with("#7"), "between red and blue: {color}");
    let (kind, small) = thumbnail(&mina, &file, "small").await;
    assert_eq!((kind.as_str(), small.dimensions()), ("image/jpeg", (320, 160)));
    let (_, large) = thumbnail(&mina, &file, "large").await;
    assert_eq!(large.dimensions(), (1_280, 640));
    let tiny = upload(&mina, "tiny.png", pictures::png(5, 7)).await;
    assert_eq!(thumbnail(&mina, &tiny, "large").await.1.dimensions(), (5, 7), "never enlarged");
    let webp = upload(&mina, "a.webp", pictures::webp(50, 60)).await;
    assert_eq!((&webp["type"], &webp["width"], &webp["height"]), (&json!("image/webp"), &json!(50), &json!(60)));
    let (status, _) = mina.http().get(&format!("{}?size=huge", path_of(&file))).await;
    assert_eq!(status, 422);
    let text_file = upload(&mina, "a.txt", "words").await;
    let whole = mina.http().request(Method::GET, &format!("{}?size=small", path_of(&text_file))).send().await.unwrap();
    assert_eq!(whole.text().await.unwrap(), "words", "what has no thumbnail is given as it is");
}

#[tokio::test]
async fn what_an_image_tells_of_its_maker_is_removed_and_it_stands_upright() {
    const SECRET: &str = "37.5665N 126.9780E of Mina's phone";
    let holds = |bytes: &[u8]| bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes());
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    // Turned by a quarter: what is stored 60 wide and 40 high is shown 40 wide and 60 high, its left on top.
    let photo = pictures::photo(60, 40, 6, SECRET);
    assert!(holds(&photo));
    let file = upload(&mina, "photo.jpg", photo).await;
    assert_eq!((&file["width"], &file["height"]), (&json!(40), &json!(60)));
    let served = content(&mina.http(), &file).await;
    assert!(!holds(&served));
    assert_eq!(served.len(), usize::try_from(file["size"].as_u64().unwrap()).unwrap());
    let mut decoder =
        image::ImageReader::new(std::io::Cursor::new(&served)).with_guessed_format().unwrap().into_decoder().unwrap();
    let orientation = image::ImageDecoder::orientation(&mut decoder).unwrap();
    assert_eq!(orientation.to_exif(), 6, "how it is turned is part of the picture");
    for size in ["small", "large"] {
        let (_, upright) = thumbnail(&mina, &file, size).await;
        assert_eq!(upright.dimensions(), (40, 60));
        let (top, bottom) = (upright.get_pixel(20, 5).to_rgb(), upright.get_pixel(20, 55).to_rgb());
        assert!(top[0] > 150 && bottom[2] > 150, "{top:?} {bottom:?}");
    }
    let png = pictures::png(20, 20);
    let exif = pictures::exif(1, SECRET);
    for (name, told) in [
        ("text", pictures::with_chunk(&png, b"tEXt", SECRET.as_bytes())),
        ("exif", pictures::with_chunk(&png, b"eXIf", &exif)),
        ("trailing", [png.as_slice(), SECRET.as_bytes()].concat()),
        ("gif", [pictures::gif(9, 9).as_slice(), SECRET.as_bytes()].concat()),
    ] {
        assert!(holds(&told), "{name}");
        let file = upload(&mina, name, told).await;
        assert_eq!(file["kind"], "image", "{name}");
        let served = content(&mina.http(), &file).await;
        assert!(!holds(&served), "{name}");
        image::load_from_memory(&served).expect("still an image");
    }
}

#[tokio::test]
async fn what_moves_goes_on_moving_and_its_thumbnail_stands_still() {
    let app = builder().spawn().await;
    let mina = app.person("mina").await;
    let file = upload(&mina, "moving.gif", pictures::gif(40, 20)).await;
    assert_eq!((&file["animated"], &file["width"]), (&json!(true), &json!(40)));
    let served = content(&mina.http(), &file).await;
    let decoder = image::codecs::gif::GifDecoder::new(std::io::Cursor::new(served)).unwrap();
    assert_eq!(image::AnimationDecoder::into_frames(decoder).count(), 2);
    assert_eq!(thumbnail(&mina, &file, "small").await.0, "image/png");
    let still = upload(&mina, "still.png", pictures::png(4, 4)).await;
    assert_eq!(still["animated"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_and_hostile_images_are_files_like_any_other_and_cost_little() {
    let app = builder().generous().spawn().await;
    let mina = app.person("mina").await;
    upload(&mina, "warm.png", pictures::png(10, 10)).await;
    let (png, jpeg, gif, webp) =
        (pictures::png(64, 64), pictures::jpeg(64, 64), pictures::gif(64, 64), pictures::webp(64, 64));
    let cut = |bytes: &[u8], at: usize| bytes[..bytes.len() * at / 100].to_vec();
    let mut corpus: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, image) in [("png", &png), ("jpeg", &jpeg), ("gif", &gif), ("webp", &webp)] {
        for at in [20, 50, 80, 99] {
            corpus.push((format!("{name} cut at {at} %"), cut(image, at)));
        }
    }
    for (width, height) in [(50_000, 50_000), (u32::MAX, u32::MAX), (30_000, 30_000), (0, 10), (8_000, 8_000)] {
        corpus.push((format!("a PNG of {width} × {height}"), pictures::claiming(width, height)));
    }
    let mut giant = gif.clone();
    giant[6..10].copy_from_slice(&[0xFF; 4]);
    corpus.push(("a GIF of 65535 × 65535".to_owned(), giant));
    corpus.push(("a page in the clothes of a GIF".to_owned(), b"GIF89a/*<script>alert(1)</script>*/=1".to_vec()));
    corpus.push(("a JPEG of markers".to_owned(), [b"\xFF\xD8\xFF".as_slice(), &[0xFF; 5_000]].concat()));
    corpus.push(("a JPEG with a segment beyond its end".to_owned(), b"\xFF\xD8\xFF\xE0\xFF\xFFJFIF\0".to_vec()));
    corpus.push((
        "a WebP that is longer than itself".to_owned(),
        b"RIFF\xFF\xFF\xFF\x7FWEBPVP8 \xFF\xFF\xFF\x7F".to_vec(),
    ));
    for (name, bytes) in corpus {
        let file = upload(&mina, &name, bytes.clone()).await;
        assert_eq!((&file["kind"], &file["width"]), (&json!("other"), &Value::Null), "{name}");
        let response = fetch(&mina.http(), &file).await;
        assert!(header(&response, "content-disposition").starts_with("attachment"), "{name}");
        assert_eq!(header(&response, "content-type"), "application/octet-stream", "{name}");
        assert!(response.bytes().await.unwrap() == bytes, "{name} is given as it came");
    }
    // A picture that is a page, too: what makes it one stands behind its end, and is cut off.
    let page = b"<script>alert(1)</script>";
    for picture in [png, jpeg, gif, webp] {
        let file = upload(&mina, "both", [picture.as_slice(), page].concat()).await;
        assert_eq!(file["kind"], "image");
        assert!(!content(&mina.http(), &file).await.windows(page.len()).any(|part| part == page));
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", app.process_id())).unwrap();
    let peak: usize = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    assert!(peak < 400 * 1024, "it took {peak} KiB");
}
