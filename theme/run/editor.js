// The editor of a listing, loaded when a reader first presses Change. It wears the classes of the printed code.
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory } from "@codemirror/commands"
import { pythonLanguage } from "@codemirror/lang-python"
import { indentOnInput, indentUnit, bracketMatching, syntaxHighlighting, syntaxTree } from "@codemirror/language"
import { EditorState, StateEffect, StateField } from "@codemirror/state"
import { Decoration, EditorView, MatchDecorator, ViewPlugin, drawSelection, keymap } from "@codemirror/view"
import { tagHighlighter, tags } from "@lezer/highlight"

const printed = tagHighlighter([
  [["keyword", "controlKeyword", "definitionKeyword", "moduleKeyword", "self"], "k"],
  [["operatorKeyword"], "ow"], [["string", "special"], "s"], [["number"], "mi"], [["comment"], "c1"],
  [["operator", "arithmeticOperator", "compareOperator"], "o"], [["punctuation", "bracket", "separator"], "p"],
].flatMap(([names, name]) => names.map(tag => tags[tag]).filter(tag => tag?.set).map(tag => ({ tag, class: name }))))

// The names g, m, v, … wear the colours of the formulas, as in site_tools/colours.py.
const COLOURS = { g: "g", m: "m", m_hat: "m", v: "v", v_hat: "v", step: "step", theta: "theta" }
const matcher = new MatchDecorator({
  regexp: new RegExp(`\\b(${Object.keys(COLOURS).join("|")})\\b`, "g"),
  decoration: (match, view, at) => /Name$/.test(syntaxTree(view.state).resolveInner(at, 1).name)
    ? Decoration.mark({ class: `n c-${COLOURS[match[1]]}` }) : null,
})
const coloured = ViewPlugin.fromClass(class {
  constructor(view) { this.decorations = matcher.createDeco(view) }
  update(update) { this.decorations = matcher.updateDeco(update, this.decorations) }
}, { decorations: plugin => plugin.decorations })

// A line that is marked in the printed code stays so, wherever the lines above it put it.
const pointed = Decoration.line({ class: "hll" })
const pointedAt = (doc, lines) => Decoration.set(lines.map(line => pointed.range(doc.line(line).from)))
const pointing = StateEffect.define()
const points = StateField.define({
  create: () => Decoration.none,
  update: (lines, { changes, effects, state }) => effects.reduce((now, effect) =>
    effect.is(pointing) ? pointedAt(state.doc, effect.value) : now, lines.map(changes)),
  provide: field => EditorView.decorations.from(field),
})

const marking = StateEffect.define()
const marks = StateField.define({
  create: () => Decoration.none,
  update(lines, { docChanged, effects, state }) {
    for (const effect of effects) {
      if (!effect.is(marking)) continue
      const known = effect.value.filter(line => line > 0 && line <= state.doc.lines)
      return Decoration.set(known.map(line => Decoration.line({ class: "run-wrong" }).range(state.doc.line(line).from)), true)
    }
    return docChanged ? Decoration.none : lines
  },
  provide: field => EditorView.decorations.from(field),
})

// Only what differs is exchanged: what is marked elsewhere stays.
const difference = (old, now) => {
  const most = Math.min(old.length, now.length)
  let head = 0, tail = 0
  while (head < most && old[head] === now[head]) head++
  while (tail < most - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++
  return { from: head, to: old.length - tail, insert: now.slice(head, now.length - tail) }
}

// Tab indents; Escape lets Tab leave, until the editor is left.
const leaving = [{ key: "Escape", run: view => { view.setTabFocusMode(true); return true } }]
const staying = EditorView.domEventHandlers({ blur: (_, view) => { view.setTabFocusMode(false) } })

globalThis.momentsEditor = ({ parent, text, label, hint, lines, changed, run }) => {
  const keys = ["Shift-Enter", "Mod-Enter"].map(key => ({ key, run: () => { run(); return true } }))
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([...keys, ...leaving, ...historyKeymap, indentWithTab, ...defaultKeymap]),
        history(), drawSelection(), indentOnInput(), bracketMatching(), pythonLanguage, indentUnit.of("    "),
        syntaxHighlighting(printed), coloured, marks, points.init(({ doc }) => pointedAt(doc, lines)), staying,
        EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": hint, autocapitalize: "off", tabindex: "0" }),
        EditorView.updateListener.of(update => update.docChanged && changed()),
      ],
    }),
  })
  return {
    focus: () => view.focus(),
    text: () => view.state.doc.toString(),
    mark: lines => view.dispatch({ effects: marking.of(lines) }),
    put: doc => view.dispatch({
      changes: difference(view.state.doc.toString(), doc), annotations: isolateHistory.of("full"),
      effects: doc === text ? pointing.of(lines) : [],
    }),
  }
}
