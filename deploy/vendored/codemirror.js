// What the pages use of CodeMirror 6, in one module: deploy/renew-vendored makes web/static/vendor/codemirror.js of it.
export { basicSetup } from "codemirror";
export { Compartment, EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
export { Decoration, EditorView, keymap } from "@codemirror/view";
export { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
export { autocompletion, startCompletion } from "@codemirror/autocomplete";
export { indentWithTab } from "@codemirror/commands";
export { forEachDiagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
export { openSearchPanel } from "@codemirror/search";
export { yaml } from "@codemirror/lang-yaml";
export { tags } from "@lezer/highlight";
