// The search page: ranks the pages of the book (pages.js) with MiniSearch, best first.
const bookSearch = (() => {
  const IDLE = new Set(
    (
      "a an and are as at be by can could do does for from have how i if in into is it its me my of on or " +
      "should so than that the their them then there this to use used was we what when where which why will with " +
      "you your s t not get"
    ).split(" "),
  );
  // Words that mean the same here; each is looked up as the other too.
  const SAME = [
    ["gradient", "derivative", "grad"],
    ["backward", "backprop", "backpropagation"],
    ["transposed", "transpose", "deconvolution"],
    ["convolution", "conv", "convolve"],
    ["rotate", "flip", "rot180"],
    ["batch", "minibatch"],
    ["fc", "dense"],
    ["activation", "nonlinearity"],
  ];
  const FIELDS = { title: 5, aliases: 4, headings: 2.5, text: 1 };
  const LENGTH = 240;

  /** Bring spellings of the same thing together: signs, accents, 1 × 1 and 1x1, -isation and -ization. */
  function plain(text) {
    return text
      .normalize("NFKD")
      .toLowerCase()
      .replace(/\p{M}/gu, "")
      .replace(/[−–—]/g, "-")
      .replace(/(\d)\s*[×x]\s*(?=\d)/g, "$1x")
      .replace(/δ/g, " delta ")
      .replace(/isation/g, "ization")
      .replace(/ising\b/g, "izing");
  }

  const words = (text) => plain(text).match(/[\p{L}\p{N}]+/gu) || [];
  const tight = (text) => plain(text).replace(/[^\p{L}\p{N}[\]():/.-]+/gu, "");
  const stemmer = typeof Stemmer === "function" ? new Stemmer() : { stemWord: (word) => word };
  const stem = (word) => (/^[a-z]{4,}$/.test(word) ? stemmer.stemWord(word) : word);

  function makeIndex(pages) {
    const index = new MiniSearch({
      fields: Object.keys(FIELDS),
      tokenize: words,
      processTerm: stem,
      extractField: (page, field) =>
        Array.isArray(page[field]) ? page[field].join("\n") : page[field],
    });
    index.addAll(pages);
    return index;
  }

  function expand(query) {
    const asked = words(query);
    const chosen = asked.filter((word) => !IDLE.has(word));
    const used = new Set(chosen.length ? chosen : asked);
    const own = [...used];
    for (const group of SAME)
      if (group.some((word) => used.has(word))) for (const word of group) used.add(word);
    return { own, all: [...used] };
  }

  /** How well the query agrees with a page's aliases, from 0 to 1. */
  function agreement(page, query, own) {
    const whole = tight(query);
    const stems = new Set(own.map(stem));
    let best = 0;
    for (const alias of [...page.aliases, page.title, ...page.title.split(/: /)]) {
      if (tight(alias) === whole) return 1;
      const parts = new Set(
        words(alias)
          .filter((word) => !IDLE.has(word))
          .map(stem),
      );
      const shared = [...parts].filter((part) => stems.has(part)).length;
      const union = new Set([...parts, ...stems]).size;
      if (union) best = Math.max(best, (0.8 * shared) / union);
    }
    return best;
  }

  function rank(pages, index, query) {
    const { own, all } = expand(query);
    if (!own.length && !query.trim()) return [];
    const weights = new Map(all.map((word) => [stem(word), own.includes(word) ? 1 : 0.5]));
    const found = index.search(all.join(" "), {
      boost: FIELDS,
      prefix: (term) => term.length > 3,
      fuzzy: (term) => (term.length > 5 ? 0.2 : false),
      weights: { fuzzy: 0.2, prefix: 0.4 },
      boostTerm: (term) => weights.get(term) ?? 1,
    });
    const top = found.length ? found[0].score : 1;
    const scores = new Map(found.map((hit) => [hit.id, hit]));
    const wanted = new Set(own.map(stem));
    return pages
      .map((page) => {
        const hit = scores.get(page.id);
        const has = hit ? new Set(hit.queryTerms) : new Set();
        const covered =
          [...wanted].filter((term) => has.has(term)).length / Math.max(wanted.size, 1);
        const words = hit ? (hit.score / top) * (0.4 + 0.6 * covered) * page.weight : 0;
        return { page, score: words + 2 * agreement(page, query, own) ** 1.5 };
      })
      .filter((hit) => hit.score > 0.02)
      .sort((a, b) => b.score - a.score);
  }

  /** The place of the text in which most of the query stands together. */
  function excerpt(page, query) {
    const stems = new Set(expand(query).all.map(stem));
    const parts = page.text.split("\n");
    let best = parts[0] || "";
    let most = 0;
    for (const part of parts) {
      const hits = new Set(
        words(part)
          .map(stem)
          .filter((word) => stems.has(word)),
      ).size;
      if (hits > most) [best, most] = [part, hits];
    }
    const first = best
      .split(/(?<=[.?])\s/)
      .find((one) => words(one).some((word) => stems.has(stem(word))));
    const start = best.length > LENGTH && first ? best.indexOf(first) : 0;
    const cut = best.slice(start, start + LENGTH);
    const text = start + LENGTH < best.length ? `${cut.replace(/\s+\S*$/, "")} …` : cut;
    return text
      .split(/(\s+|[^\p{L}\p{N}]+)/u)
      .map((piece) => [piece, stems.has(stem(plain(piece)))]);
  }

  return { makeIndex, rank, excerpt };
})();

function showSearch() {
  const query = new URLSearchParams(location.search).get("q") || "";
  const place = document.getElementById("search-results");
  const said = document.getElementById("search-summary");
  document.querySelectorAll('input[name="q"]').forEach((input) => {
    input.value = query;
  });
  if (!query.trim()) return;
  const index = bookSearch.makeIndex(searchPages);
  const hits = bookSearch.rank(searchPages, index, query).slice(0, 20);
  said.textContent = hits.length
    ? `Pages about “${query}”, the best first`
    : `Nothing about “${query}”. Another word for it, or a shorter one, may be on a page.`;
  const list = document.createElement("ol");
  for (const { page } of hits) {
    const link = document.createElement("a");
    link.href = `${page.id}.html`;
    link.textContent = page.title;
    const lines = document.createElement("p");
    for (const [piece, lit] of bookSearch.excerpt(page, query)) {
      if (!lit) lines.append(piece);
      else lines.append(Object.assign(document.createElement("mark"), { textContent: piece }));
    }
    const item = document.createElement("li");
    item.append(link, lines);
    list.append(item);
  }
  place.replaceChildren(list);
}

if (typeof document !== "undefined") document.addEventListener("DOMContentLoaded", showSearch);
if (typeof module !== "undefined") module.exports = bookSearch;
