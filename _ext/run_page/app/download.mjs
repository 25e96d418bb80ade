// What a reader can take along: the page's notebook with the reader's own code, or the code alone.

import { el } from "./dom.mjs";

export function downloads(page, bar) {
  const button = (words, onclick) => el("button", { type: "button", onclick }, words);
  const address = bar.querySelector(".run-link").href;
  return [
    button("Download .ipynb", async () => save(await notebook(page, address), page.slug, "ipynb")),
    button("Download .py", () => save(script(page), page.slug, "py")),
  ];
}

/** The clean notebook; its code cells behind the one that installs are those of the page. */
async function notebook(page, address) {
  const found = await (await fetch(address)).json();
  const own = (cell) => cell.cell_type === "code" && !cell.metadata.tags?.includes("install");
  found.cells.filter(own).forEach((cell, i) => {
    cell.source = page.cells[i].code();
  });
  return JSON.stringify(found, null, 1);
}

function script(page) {
  return page.cells.map((cell) => `# %% cell ${cell.n}\n${cell.code()}\n`).join("\n");
}

function save(text, slug, kind) {
  const link = el("a", { download: `${slug}.${kind}` });
  link.href = URL.createObjectURL(new Blob([text]));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
