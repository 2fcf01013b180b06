import { CALLS, noted, pasted } from "mhat.translate.in_browser"

// What reads a call for conventions/translate, in a file of its own: most readers choose from the list.
// Its calls are another copy, so that what it gives are places in the list, and the words to show.
const blank = given => given.trim() === ""
const wordsFor = (given, notes, words) => blank(given) ? [] : noted(notes, words)
const placesOf = ({ call, variant, settings }) =>
  ({ settings, call: CALLS.indexOf(call), variant: call.variants.indexOf(variant) })
const readCall = (given, words) => {
  const { optimizer, notes } = pasted(given)
  return { said: wordsFor(given, notes, words), ...optimizer && placesOf(optimizer) }
}
globalThis.readCall = readCall
