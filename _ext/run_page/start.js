// All that a page with code loads before anybody asks for Python.
(() => {
  const html = document.documentElement,
    bar = document.querySelector(".run-bar");
  const app = document.currentScript.src.replace(/[^/]*$/, "");
  html.dataset.run = "idle";
  bar.querySelector(".run-start").onclick = async () => {
    const told = bar.querySelector("[role=status]");
    if (location.protocol === "file:") {
      html.dataset.run = "failed";
      told.textContent =
        "A browser starts no Python in a page opened from a folder. " +
        "Run “make serve” in the project’s folder and open the address it prints.";
      return;
    }
    told.textContent = "Loading…";
    html.dataset.run = "loading";
    try {
      (await import(app + "page.mjs")).run(bar, app);
    } catch (error) {
      html.dataset.run = "failed";
      told.textContent = `The page’s tools did not arrive (${error.message}). Press the button to try again.`;
    }
  };
})();
