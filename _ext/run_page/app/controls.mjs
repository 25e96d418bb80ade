// The row below the title: what Python does, and what can be done with it.

import { el } from "./dom.mjs";
import { downloads } from "./download.mjs";

const MB = (bytes) => (bytes / 1e6).toFixed(1);

export function controls(bar, page) {
  const told = bar.querySelector("[role=status]");
  const button = (words, onclick) => el("button", { type: "button", onclick }, words);
  const stop = button("Stop", () => page.stop());
  const restart = button("Restart", () => page.restart());
  const forget = button("Forget my changes", () => page.forget());
  const amount = el("progress", { "aria-label": "Loading Python", hidden: true });
  bar.querySelector(".run-size")?.remove();
  bar.querySelector(".run-start").after(stop, restart, forget, ...downloads(page, bar));
  told.before(amount);

  return {
    /** What is said when loading is over. */
    after: "",

    say(words) {
      this.after = "";
      told.textContent = words;
    },

    /** Show how much has arrived; null when it is over. */
    load(bytes, total, what) {
      amount.hidden = bytes === null;
      if (bytes === null) {
        this.say(this.after);
        return;
      }
      if (total) Object.assign(amount, { max: total, value: Math.min(bytes, total) });
      else amount.removeAttribute("value");
      const whole = total ? ` of ${MB(total)}` : "";
      const words =
        total && bytes >= total
          ? "Everything is here; Python starts…"
          : `Loading ${what ?? "Python"}: ${MB(bytes)}${whole} MB`;
      told.textContent = [this.after, words].filter(Boolean).join(" ");
    },

    changed() {
      stop.disabled = page.state !== "running" && page.state !== "loading";
      forget.hidden = !page.cells.some((cell) => cell.changed);
    },
  };
}
