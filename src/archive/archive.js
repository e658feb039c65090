// Searches an archive: the words of a query lead to messages by files that hold what the server would know. A page of a
// folder may not read other files, but it may run them: each calls `maruArchive` with its name and what it has.
'use strict';
(() => {
  const own = document.currentScript;
  const { root, search: folder } = own.dataset;
  const texts = JSON.parse(own.dataset.texts);
  const PAGE = 30;
  const arrived = new Map();
  const waiting = new Map();

  globalThis.maruArchive = (name, data) => arrived.set(name, data);

  function load(name) {
    if (!waiting.has(name)) {
      const loading = new Promise((resolve, reject) => {
        const script = document.createElement('script');
        script.nonce = own.nonce;
        script.src = `${root}${folder}/${name}.js`;
        script.onload = () => resolve(arrived.get(name));
        script.onerror = () => reject(new Error(name));
        document.head.append(script);
      });
      waiting.set(name, loading);
    }
    return waiting.get(name);
  }

  const LATIN_MARKS = /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu;
  const LETTERS = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', ħ: 'h', ŧ: 't', ı: 'i', ς: 'σ' };

  /** All but the letters of Korean that stand alone, as in ㅋㅋ. */
  const MEANT_TO_JOIN = /[^\u3131-\u318e]+/g;
  const THOUSANDS = /(?<![a-z0-9,])\d{1,3}(?:,\d{3})+(?!,?\d)/g;

  /** As the server folds text: alike is what people take for the same. */
  function fold(text) {
    const lower = text.replace(MEANT_TO_JOIN, (part) => part.normalize('NFKC')).toLowerCase();
    const bare = lower.normalize('NFD').replace(LATIN_MARKS, '').normalize('NFC');
    const plain = bare.replace(/[ßæœøđðłħŧıς]/g, (letter) => LETTERS[letter]);
    return plain.replace(THOUSANDS, (number) => number.replaceAll(',', ''));
  }

  const RUNS =
    /(?<unspaced>[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+)|[\p{L}\p{N}\p{M}]+?(?=[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^\p{L}\p{N}\p{M}]|$)|\p{Extended_Pictographic}/gu;

  /** The runs of a query: what a message has to have, and the tokens that lead there. */
  function parse(query) {
    const folded = fold(query);
    return Array.from(folded.matchAll(RUNS), (match) => {
      const letters = Array.from(match[0]);
      const isUnspaced = match.groups.unspaced !== undefined && letters.length > 1;
      const pairs = letters.slice(1).map((letter, at) => letters[at] + letter);
      return { text: match[0], isUnspaced, tokens: isUnspaced ? pairs : [match[0]] };
    });
  }

  /** The numbers of the messages with a token that begins so, in ascending order. */
  async function having(token, about) {
    const drawer = token.codePointAt(0) % about.drawers;
    if (!about.there.includes(drawer)) return [];
    const entries = await load(`w${drawer}`);
    let at = 0;
    let end = entries.length;
    while (at < end) {
      const middle = (at + end) >> 1;
      if (before(entries[middle][0], token)) at = middle + 1;
      else end = middle;
    }
    const found = new Set();
    for (; at < entries.length && entries[at][0].startsWith(token); at++) {
      let number = 0;
      for (const difference of entries[at][1]) found.add((number += difference));
    }
    return Array.from(found).sort((a, b) => a - b);
  }

  /** In the order of UTF-8, as the entries are. */
  function before(one, other) {
    const a = Array.from(one, (letter) => letter.codePointAt(0));
    const b = Array.from(other, (letter) => letter.codePointAt(0));
    for (let at = 0; at < Math.min(a.length, b.length); at++) if (a[at] !== b[at]) return a[at] < b[at];
    return a.length < b.length;
  }

  async function candidates(runs, about) {
    const tokens = runs.flatMap((run) => run.tokens);
    if (tokens.length === 0) return [];
    const lists = await Promise.all(tokens.map((token) => having(token, about)));
    lists.sort((a, b) => a.length - b.length);
    return lists.slice(1).reduce((left, list) => {
      const there = new Set(list);
      return left.filter((number) => there.has(number));
    }, lists[0]);
  }

  const fits = (runs, [, , author, , text]) => {
    const folded = fold(`${text}\n${author}`);
    return runs.every((run) => !run.isUnspaced || folded.includes(run.text));
  };

  const $ = (selector) => document.querySelector(selector);

  function hit(runs, about, [page, anchor, author, when, text]) {
    const link = document.createElement('a');
    link.href = `${root}${about.pages[page]}#m${anchor}`;
    const who = document.createElement('p');
    who.className = 'who';
    const name = document.createElement('strong');
    name.textContent = author;
    const time = document.createElement('time');
    time.textContent = when;
    who.append(name, ' ', time);
    const shown = document.createElement('p');
    shown.className = 'snippet';
    shown.append(...marked(text, runs));
    link.append(who, shown);
    const item = document.createElement('li');
    item.append(link);
    return item;
  }

  /** The part of a text around what was found, with that marked. */
  function marked(text, runs) {
    const lower = text.toLowerCase();
    const places = [];
    for (const run of lower.length === text.length ? runs : []) {
      const at = lower.indexOf(run.text);
      if (at >= 0) places.push([at, at + run.text.length]);
    }
    places.sort((a, b) => a[0] - b[0]);
    let at = Math.max(0, (places[0]?.[0] ?? 0) - 60);
    const parts = at > 0 ? ['…'] : [];
    const end = Math.min(text.length, at + 240);
    for (const [from, to] of places) {
      if (from < at || to > end) continue;
      const mark = document.createElement('mark');
      mark.textContent = text.slice(from, to);
      parts.push(text.slice(at, from), mark);
      at = to;
    }
    parts.push(text.slice(at, end), end < text.length ? '…' : '');
    return parts;
  }

  async function search(query) {
    const [list, state, more] = [$('.hits'), $('#state'), $('#more')];
    $('#found').hidden = false;
    $('#overview').hidden = true;
    list.replaceChildren();
    more.hidden = true;
    state.textContent = texts.searching;
    const about = await load('about');
    const runs = parse(query);
    const numbers = await candidates(runs, about);
    let left = numbers.length;
    let shown = 0;
    async function next() {
      const until = shown + PAGE;
      while (left > 0 && shown < until) {
        const number = numbers[--left];
        const sheet = await load(`m${Math.floor(number / about.sheet)}`);
        const message = sheet[number % about.sheet];
        if (!fits(runs, message)) continue;
        list.append(hit(runs, about, message));
        shown++;
      }
      more.hidden = left === 0;
      const count = left === 0 ? `${shown}` : `${shown}+`;
      state.textContent = shown > 0 ? texts.found.replace('{}', count) : texts.none;
    }
    more.onclick = next;
    await next();
  }

  const input = $('.find input');
  $('.find').addEventListener('submit', (event) => {
    event.preventDefault();
    const query = input.value.trim();
    if (query === '') return;
    location.href = `${root}index.html?q=${encodeURIComponent(query)}`;
  });
  const given = new URLSearchParams(location.search).get('q');
  if (given !== null && $('#found') !== null) {
    input.value = given;
    search(given);
  }
})();
