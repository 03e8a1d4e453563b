// The search of a static site: it reads the site's JSON feeds, newest first, and finds what a
// server would. Tokens and the language of queries are those of feedsvc/search, where they are
// explained; a test compares the hits.
"use strict";
(() => {
  const SIGNS = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb\u3005-\u3007" +
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3134f}\u3041-\u3096\u309d-\u309f" +
    "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff";
  const RUNS = new RegExp(`[${SIGNS}]+|(?:(?![${SIGNS}])[\\p{L}\\p{N}])+`, "gu");
  const IS_SIGNS = new RegExp(`^[${SIGNS}]`, "u");
  const INSIDE = new Set("a b code del em i s strong sub sup".split(" "));
  const REFERENCES = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: " " };
  const BARRIER = " ¦ ";
  const DOCUMENTS = 104; // about two years: then somebody says whether to go on

  // --- tokens: feedsvc/search/tokens.py

  const unseen = (text) => text.replace(/[\u00ad\u200b-\u200d\u2060\ufeff]/g, "");
  const fold = (text) =>
    unseen(
      text.normalize("NFKC").toLowerCase()
        .replace(/[\u00c0-\u024f\u0370-\u03ff\u1e00-\u1fff]/g, (it) => it.normalize("NFD")[0])
        .replace(/[\u0300-\u036f]/g, ""),
    ).replace(/[\u2010\u2013]/g, "-");
  const runsOf = (text) => text.match(RUNS) || [];
  const joined = (text) => text.replace(/([\p{L}\p{N}])-(?=[\p{L}\p{N}])/gu, "$1");

  const tokensOfRun = (run, isOpen) => {
    const signs = [...run];
    if (!IS_SIGNS.test(run) || signs.length === 1) return [run];
    const pairs = signs.slice(1).map((sign, at) => signs[at] + sign);
    return isOpen ? pairs : [...pairs, signs.at(-1)];
  };
  const closed = (text) => runsOf(text).flatMap((run) => tokensOfRun(run, false)).join(" ");
  const streams = (text) => {
    const folded = fold(text);
    const chunks = folded.includes("-") ? new Set(folded.split(/\s+/u)) : [];
    const again = [...chunks].filter((chunk) => joined(chunk) !== chunk);
    return [closed(folded), ...again.map((chunk) => closed(joined(chunk)))];
  };
  const tokensOf = (texts) => ` ${texts.flatMap(streams).join(BARRIER)} `;
  const textOfHtml = (html) =>
    html.replace(/<video[^>]*>.*?<\/video>/gs, " ")
      .replace(/<(\/?[a-z0-9]*)[^<>"]*(?:"[^"]*"[^<>"]*)*>/g, (_, tag) =>
        INSIDE.has(tag.replace(/\//g, "")) ? "" : " ")
      .replace(/&(amp|lt|gt|quot|nbsp|#x27|#39);/g, (_, name) => REFERENCES[name] || "'");

  const forms = (word) => {
    if (!/^[a-z0-9]*[a-z]$/.test(word) || word.length < 2) return [];
    const found = [
      /(?:[sxz]|ch|sh)$/.test(word) ? word + "es"
      : /[^aeiou]y$/.test(word) ? word.slice(0, -1) + "ies" : word + "s",
    ];
    if (word.length < 4 || !/[^su]s$/.test(word)) return found;
    found.push(word.slice(0, -1));
    if (word.endsWith("ies")) found.push(word.slice(0, -3) + "y");
    else if (/(?:[sxz]|ch|sh)es$/.test(word)) found.push(word.slice(0, -2));
    return found;
  };
  const ends = (tokens, isPrefix, hasForms) => {
    const phrase = " " + tokens.join(" ");
    if (isPrefix && !IS_SIGNS.test(tokens.at(-1))) return [phrase];
    const start = [" ", ...tokens.slice(0, -1).map((token) => token + " ")].join("");
    const others = hasForms && !isPrefix ? forms(tokens.at(-1)) : [];
    return [phrase + " ", ...others.map((form) => `${start}${form} `)];
  };
  const partings = (length, gaps, from = 0) => {
    const found = [[length]];
    for (let at = from + 2; gaps && at <= length - 2; at++)
      found.push(...partings(length, gaps - 1, at).map((rest) => [at, ...rest]));
    return found;
  };
  const waysOfRun = (run, gaps, isLast) => {
    if (!IS_SIGNS.test(run)) return [[0, [run]]];
    const signs = [...run];
    return partings(signs.length, gaps).map((cuts) => {
      const parts = cuts.map((cut, at) => signs.slice(cuts[at - 1] || 0, cut).join(""));
      const last = parts.pop();
      const tokens = parts.flatMap((part) => tokensOfRun(part, false));
      return [parts.length, [...tokens, ...tokensOfRun(last, isLast)]];
    });
  };
  const phrasesOf = (words, { isPhrase, isPrefix, hasForms }) => {
    const folded = words.map(fold).join(" ");
    const readings = [folded, joined(folded)].map(runsOf).filter((runs) => runs.length);
    return readings.flatMap((runs) => {
      const signs = runs.filter((run) => IS_SIGNS.test(run)).join("");
      const most = [[8, 3], [12, 2], [24, 1]].find(([length]) => [...signs].length <= length);
      const gaps = isPhrase || !most ? 0 : most[1];
      let ways = [[0, []]];
      runs.forEach((run, at) => {
        const more = waysOfRun(run, gaps, at === runs.length - 1);
        ways = ways.flatMap(([used, tokens]) =>
          more.filter(([count]) => used + count <= gaps)
            .map(([count, others]) => [used + count, [...tokens, ...others]]));
      });
      return ways.flatMap(([, tokens]) => ends(tokens, isPrefix, hasForms));
    });
  };

  // --- queries: feedsvc/search/query.py

  const check = (isRight, name) => { if (!isRight) throw new Error(name); };
  const ARXIV = new RegExp(
    "^(?:arxiv:|https?://(?:[a-z0-9-]+\\.)*(?:arxiv\\.org|huggingface\\.co|hf\\.co|alphaxiv\\.org" +
    "|doi\\.org)/(?:[a-z0-9.-]+/)*(?:arxiv\\.)?)?([0-9]{4}\\.[0-9]{4,5}|[a-z-]+(?:\\.[a-z]{2})?" +
    "/[0-9]{7})(?:v[0-9]+)?(?:\\.pdf)?[/.,;]?(?:[?#].*)?$");
  const arxivId = (text) => (ARXIV.exec(text) || [])[1];
  const plain = (text) =>
    unseen((text || "").replace(/[\u201c-\u201f\uff02]/g, '"')).normalize("NFC")
      .replace(/[\p{C}\p{Z}]+/gu, " ").trim();

  const itemOf = (field, found) => {
    const [phrase, word] = [found[3], (found[4] || "").toLowerCase()];
    if (field === "id") {
      const id = arxivId((phrase || word).trim().toLowerCase());
      check(id, "id");
      return { id };
    }
    const hasForms = field !== "author";
    if (phrase !== undefined) {
      const words = phrase.toLowerCase().split(" ").filter(Boolean);
      check(words.length <= 10, "words");
      return { field, phrases: phrasesOf(words, { isPhrase: true, hasForms }) };
    }
    if (!field && arxivId(word)) return { id: arxivId(word) };
    const start = word.replace(/\*$/, "");
    if (word.includes("*")) {
      const runs = runsOf(fold(start));
      const fewest = 3 - (runs.length > 0 && IS_SIGNS.test(runs.at(-1)));
      check(!start.includes("*") && [...runs.join("")].length >= fewest, "star");
    }
    return { field, phrases: phrasesOf([start], { isPrefix: start !== word, hasForms }) };
  };
  const termsOf = (text) => {
    check([...text].length <= 200, "long");
    const terms = [];
    let at = 0;
    const next = (form) => {
      form.lastIndex = at;
      const found = form.exec(text);
      if (found) at = form.lastIndex;
      return found;
    };
    const OR = / ?OR(?= |$)/y;
    const item = () => {
      const before = at;
      check(at < text.length && !next(OR), "or");
      at = before;
      const found = next(/ ?(-?)(?:(author|title|id):)?(?:"([^"]*)"|([^ "]+))/iy);
      check(found, "quote");
      check(!/^-?(?:author|title|id):$/i.test(found[4] || ""), "field");
      return found;
    };
    while (at < text.length) {
      let found = item();
      const [isNegated, field] = [Boolean(found[1]), (found[2] || "").toLowerCase()];
      const items = [itemOf(field, found)];
      while (next(OR)) {
        found = item();
        check(!found[1] && !found[2], "or");
        items.push(itemOf(field, found));
      }
      check(items.length <= 4, "or");
      const kept = items.filter((each) => each.id || each.phrases.length);
      if (kept.length) terms.push({ isNegated, items: kept });
    }
    check(!text || terms.length, "letters");
    check(terms.length <= 8, "terms");
    return terms;
  };
  const numberOf = (text, usual, lowest, highest) => {
    if (!text) return usual;
    check(/^[0-9]{1,9}$/.test(text) && +text >= lowest && +text <= highest, "number");
    return +text;
  };
  const dayOf = (text) => {
    const time = new Date(`${text}T00:00:00Z`);
    const isDay = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) && !Number.isNaN(+time);
    check(!text || (isDay && text > "0001" && time.toISOString().startsWith(text)), "day");
    return text;
  };
  const parse = (values) => {
    const terms = termsOf(plain(values.get("q")));
    const author = plain(values.get("author")).toLowerCase();
    if (author) {
      const phrases = phrasesOf(author.split(" "), { isPhrase: true, hasForms: false });
      check(phrases.length && author.split(" ").length <= 10 && author.length <= 200, "author");
      terms.push({ items: [{ field: "author", phrases }] });
    }
    return {
      terms,
      votes: numberOf(plain(values.get("min_votes")), 0, 0, 999999999),
      since: dayOf(plain(values.get("since"))),
      until: dayOf(plain(values.get("until"))),
      limit: numberOf(plain(values.get("limit")), 50, 1, 200),
    };
  };

  // --- papers

  const paperOf = (item) => {
    const { votes, day, more_authors: hasMore } = item._paper;
    const topics = (item.tags || []).slice(1).filter((tag) => !/^arXiv:[0-9]{4}$/.test(tag));
    const names = (item.authors || []).map((author) => author.name);
    const hasFacts = names.length > 1 || hasMore || votes !== null || topics.length;
    const html = item.content_html;
    const body = hasFacts ? html.replace(/<p>[^<]*<\/p>$/, "") : html;
    const [title, author] = [tokensOf([item.title]), tokensOf(names)];
    const text = tokensOf([textOfHtml(body), ...topics]);
    return { title, author, "": title + BARRIER + author + BARRIER + text,
      id: arxivId(item.id.toLowerCase()), votes: votes || 0, day };
  };
  const holds = (term, paper) =>
    term.items.some((item) =>
      item.id ? item.id === paper.id
      : item.phrases.some((phrase) => paper[item.field].includes(phrase)));
  const isFound = (query, paper) =>
    paper.votes >= query.votes &&
    paper.day >= query.since && (!query.until || paper.day <= query.until) &&
    query.terms.every((term) => holds(term, paper) !== Boolean(term.isNegated));

  // Gives the items that are found, newest first, document by document of the site's feed.
  async function* search(query, load, path = "feed.json") {
    const seen = new Set();
    while (path) {
      const feed = await load(path);
      const items = feed.items.filter((item) => !seen.has(item.id) && seen.add(item.id));
      yield items.filter((item) => isFound(query, paperOf(item)));
      const isPast = feed.items.some((item) => item._paper.day < query.since);
      const root = feed.feed_url.slice(0, -path.length);
      path = isPast || !feed.next_url ? "" : feed.next_url.slice(root.length);
    }
  }

  // --- the page

  const element = (name, text, more = {}) =>
    Object.assign(document.createElement(name), { textContent: text }, more);
  const shown = (item, root) => {
    const { day, votes } = item._paper;
    const id = /^https:\/\/arxiv\.org\/abs\/([^#]+)/.exec(item.id);
    const names = (item.authors || []).map((author) => author.name);
    const facts = element("p", "", { className: "facts" });
    const { lang } = document.documentElement;
    const said = new Date(day).toLocaleDateString(
      lang.startsWith("ko") ? lang : "en-GB", { dateStyle: "full", timeZone: "UTC" });
    facts.append(element("time", said, { dateTime: day }));
    if (votes !== null) facts.append(` · ▲ ${votes}`);
    if (names.length) facts.append(` · ${names.slice(0, 3).join(", ")}${names[3] ? ", …" : ""}`);
    const found = element("li", "");
    found.append(
      element("a", item.title, { href: `${root}${day}/${id ? `#${id[1]}` : ""}` }),
      facts, ...(item.summary ? [element("p", item.summary, item.language ? { lang: item.language } : {})] : []));
    return found;
  };

  const show = async (form, values, root) => {
    const [state, list] = [document.querySelector(".state"), document.querySelector(".hits")];
    for (const [name, value] of values) {
      const field = form.elements.namedItem(name);
      if (field) field.value = value;
      if (field?.closest("details") && value) field.closest("details").open = true;
    }
    const load = async (path) => (await fetch(root + path)).json();
    let query;
    try {
      query = parse(values);
    } catch {
      state.textContent = state.dataset.fault;
      return;
    }
    const more = element("button", list.dataset.older, { type: "button", hidden: true });
    list.after(more);
    let [count, documents] = [0, 0];
    for await (const items of search(query, load)) {
      list.append(...items.slice(0, query.limit - count).map((item) => shown(item, root)));
      count = list.children.length;
      state.textContent = state.dataset.found.replace("{}", count);
      if (count >= query.limit) break;
      if (++documents % DOCUMENTS) continue;
      more.hidden = false;
      await new Promise((resolve) => more.addEventListener("click", resolve, { once: true }));
      more.hidden = true;
    }
    if (!count) state.textContent = state.dataset.none;
  };

  globalThis.feedsvcSearch = { parse, search };
  if (!globalThis.document) return;
  const form = document.querySelector("form.search");
  const { root } = document.currentScript.dataset;
  const values = new URLSearchParams(location.search);
  const isAsked = ["q", "author", "min_votes", "since", "until"].some((name) => values.get(name));
  if (isAsked && !document.querySelector(".state").textContent.trim()) show(form, values, root);
})();
