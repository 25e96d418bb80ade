// A JupyterLab extension without a bundler: the book's symbols, with their colours, in notebooks.
// _ext/lab_settings.py puts it in place, with MACROS from _config.yml and STYLES from symbols.css.

(() => {
  const name = "cnnlib-symbols";
  const macros = MACROS;
  const styles = STYLES;
  let scope;

  // JupyterLab offers its own modules by version; any version will do.
  async function shared(module) {
    const [offer] = Object.values(scope[module]);
    return (await offer.get())();
  }

  // MathJax keeps what a formula defines, so one formula with all definitions is enough.
  function activate(app, latex) {
    const sheet = document.createElement("style");
    sheet.textContent = styles;
    document.head.append(sheet);
    const formula = document.createElement("div");
    formula.hidden = true;
    formula.textContent = `$${macros}$`;
    document.body.append(formula);
    latex.typeset(formula);
  }

  async function plugin() {
    const { ILatexTypesetter } = await shared("@jupyterlab/rendermime");
    return () => ({
      id: `${name}:plugin`,
      autoStart: true,
      requires: [ILatexTypesetter],
      activate,
    });
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[name] = { init: (offered) => void (scope = offered), get: plugin };
})();
