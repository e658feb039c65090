// Makes src/credentials/common-passwords.bin anew: the passwords that are tried first, as hashes.
//
// The list is that of @zxcvbn-ts/language-common (MIT, Copyright (c) 2012-2016 Dan Wheeler and Dropbox, Inc., Copyright (c)
// 2021 @zxcvbn-ts), fetched from the npm registry, in the order of how often they were found. Of each the file has the
// first five bytes of its SHA-256, ascending: small, searched where it lies, and nothing in it that one would rather not
// read. Among so many hashes one password in 40 million is taken for another.
//
//   node scripts/common-passwords.mjs

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCE = '@zxcvbn-ts/language-common@4.1.3';
const BYTES = 5;
// Characters of a password; shorter ones are kept for what people put digits behind.
const LEAST = 8;
const LEAST_BASE = 5;
const BASES = 10_000;

// Words of Korean as they are, and typed on a keyboard that was left in English.
const KOREAN = `
  비밀번호 qlalfqjsgh 패스워드 votmdnjem 사랑해 tkfkdgo 사랑해요 tkfkdgody 사랑합니다 tkfkdgkqslek 안녕 dkssud
  안녕하세요 dkssudgktpdy 대한민국 eogksalsrnr 관리자 rhksflwk 컴퓨터 zjavbxj 감사합니다 rkatkgkqslek 화이팅 ghkdlxld
  파이팅 vkdlxld 로그인 fhrmdls 코리아 zhfldk 우리집 dnflwlq 행복하자 godqhrgkwk 우리가족 dnflrkwhr 가나다라 rkskekfk
  가나다라마바사 rkskekfkakqktk 마루마루 akfnakfn 보고싶다 qhrhtlvek 미안해요 aldksgody 천사 cjstk 공주 rhdwn 왕자 dhkdwk
`;

const folder = mkdtempSync(join(tmpdir(), 'common-passwords-'));
try {
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder, SOURCE], { encoding: 'utf8' }),
  );
  execFileSync('tar', ['xzf', join(folder, filename), '-C', folder]);
  const found = JSON.parse(readFileSync(join(folder, 'package/src/passwords.json'), 'utf8'));
  const passwords = found.filter((password, place) => password.length >= (place < BASES ? LEAST_BASE : LEAST));
  passwords.push(...KOREAN.split(/\s+/).filter(Boolean));
  const hash = (password) => createHash('sha256').update(password.normalize('NFKC').toLowerCase()).digest();
  const hashes = new Set(passwords.map((password) => hash(password).toString('hex', 0, BYTES)));
  const target = new URL('../src/credentials/common-passwords.bin', import.meta.url);
  writeFileSync(target, Buffer.from([...hashes].sort().join(''), 'hex'));
  console.log(`${hashes.size} passwords, ${hashes.size * BYTES} bytes`);
} finally {
  rmSync(folder, { recursive: true });
}
