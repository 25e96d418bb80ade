// What a reader wrote, kept in this browser alone.

const key = (slug) => `cnn-run:${slug}`;

/** Return the kept code of a page, by cell. */
export function recall(slug) {
  try {
    return JSON.parse(localStorage.getItem(key(slug)) ?? "{}");
  } catch {
    return {};
  }
}

/** Keep the code of a cell; null forgets it. */
export function keep(slug, n, code) {
  const all = recall(slug);
  if (code === null) delete all[n];
  else all[n] = code;
  try {
    if (Object.keys(all).length) localStorage.setItem(key(slug), JSON.stringify(all));
    else localStorage.removeItem(key(slug));
  } catch {
    /* a browser that keeps nothing */
  }
}

export function forgetAll(slug) {
  try {
    localStorage.removeItem(key(slug));
  } catch {
    /* nothing kept */
  }
}
