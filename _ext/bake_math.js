// Sets formulas with MathJax, without a browser.
// Reads {folder, tex, formulas: [[TeX, display], ...]} and writes {html: [...], css}.
const { folder, tex, formulas } = JSON.parse(require("fs").readFileSync(0, "utf8"));

global.MathJax = {
  loader: {
    paths: { mathjax: folder },
    require,
    load: ["input/tex", "[tex]/html", "output/chtml", "adaptors/liteDOM", "a11y/assistive-mml"],
  },
  tex: {
    ...tex,
    formatError: (_, error) => {
      throw error;
    },
  },
  // The size beside the text is the style sheet's business; only used letters get into the CSS.
  chtml: { fontURL: "mathjax", adaptiveCSS: true, matchFontHeight: false },
  startup: { typeset: false },
};
require(`${folder}/startup.js`);

MathJax.startup.promise
  .then(() => {
    const { adaptor } = MathJax.startup;
    const html = formulas.map(([text, display]) => {
      const node = MathJax.tex2chtml(text, { display, em: 16, ex: 8, containerWidth: 1280 });
      return adaptor.outerHTML(node);
    });
    const css = adaptor.textContent(MathJax.chtmlStylesheet());
    process.stdout.write(JSON.stringify({ html, css }));
  })
  .catch((error) => {
    process.stderr.write(`${error.message || error}\n`);
    process.exit(1);
  });
