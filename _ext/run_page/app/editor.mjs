// An editor for a cell: CodeMirror where the site has it, else a plain field for text.

import { el } from "./dom.mjs";

/** Return make(place, { code, label, change, run }), which gives { set, focus }. */
export async function load(app, manifest) {
  if (!manifest.editor) return plain;
  try {
    const base = app + manifest.editor;
    const [cm, { python }, parts] = await Promise.all(
      ["index.js", manifest.grammar, manifest.tags[0]].map((name) => import(base + name)),
    );
    return codeMirror(cm, python(), parts[manifest.tags[1]]);
  } catch (error) {
    console.warn("The editor did not load, a plain field takes its place.", error);
    return plain;
  }
}

function codeMirror(cm, python, tags) {
  const { EditorView, EditorState, Prec, keymap } = cm;
  const colours = cm.syntaxHighlighting(pygments(cm, tags));
  const look = EditorView.theme({
    "&": { backgroundColor: "transparent", color: "inherit", fontSize: "inherit" },
    ".cm-scroller": { fontFamily: "var(--pst-font-family-monospace)", lineHeight: "1.5" },
    ".cm-content": { caretColor: "currentColor", padding: ".75rem 0" },
    ".cm-line": { padding: "0 1rem" },
    ".cm-cursor": { borderLeftColor: "currentColor" },
    "&.cm-focused": { outline: "none" },
  });
  return (place, { code, label, change, run }) => {
    const keys = Prec.highest(
      keymap.of([
        { key: "Shift-Enter", run: () => !run(false) },
        { key: "Mod-Enter", run: () => !run(true) },
      ]),
    );
    const view = new EditorView({
      parent: place,
      state: EditorState.create({
        doc: code,
        extensions: [
          keys,
          colours,
          cm.minimalSetup,
          cm.indentOnInput(),
          cm.bracketMatching(),
          cm.indentUnit.of("    "),
          python,
          look,
          EditorView.contentAttributes.of({
            "aria-label": label,
            "aria-multiline": "true",
            spellcheck: "false",
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) change(view.state.doc.toString());
          }),
        ],
      }),
    });
    return {
      set: (text) =>
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
      focus: () => view.focus(),
    };
  };
}

/** Give CodeMirror's tokens the classes of Pygments, so that code keeps the page's colours. */
function pygments({ HighlightStyle }, t) {
  return HighlightStyle.define([
    { tag: t.comment, class: "c1" },
    { tag: [t.keyword, t.controlKeyword, t.definitionKeyword, t.modifier], class: "k" },
    { tag: [t.bool, t.null], class: "kc" },
    { tag: [t.operatorKeyword], class: "ow" },
    { tag: [t.moduleKeyword], class: "kn" },
    { tag: [t.string, t.special(t.string)], class: "s2" },
    { tag: t.number, class: "mi" },
    { tag: t.operator, class: "o" },
    { tag: [t.function(t.definition(t.variableName))], class: "nf" },
    { tag: [t.definition(t.className)], class: "nc" },
    { tag: [t.variableName, t.propertyName, t.function(t.variableName)], class: "n" },
    { tag: [t.punctuation, t.bracket], class: "p" },
  ]);
}

function plain(place, { code, label, change, run }) {
  const field = el("textarea", {
    "aria-label": label,
    spellcheck: "false",
    autocapitalize: "off",
    rows: code.split("\n").length,
  });
  field.value = code;
  field.oninput = () => {
    field.rows = field.value.split("\n").length;
    change(field.value);
  };
  field.onkeydown = (event) => {
    if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    run(!event.shiftKey);
  };
  place.append(field);
  return {
    set(text) {
      field.value = text;
      field.oninput();
    },
    focus: () => field.focus(),
  };
}
