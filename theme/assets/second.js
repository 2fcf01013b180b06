import { advance, begun, done, ended, looking, second_words } from "mhat.identify.in_second"

// The second search of check/identify, in a file of its own: it is asked for where no single name fits.
// It works a little at a time, so that the page never stops; `wanted` says whether its answer is still waited for.
const SLICE = 12 // milliseconds
const pause = () => new Promise(later => setTimeout(later))
const work = search => {
  const until = performance.now() + SLICE
  while (performance.now() < until && !done(search)) advance(search)
}
const find = async (given, wanted, begins) => {
  const search = begun(...given)
  if (!done(search)) begins()
  for (; wanted() && !done(search); await pause()) work(search)
  const found = wanted() && ended(search)
  return found && found.verdict !== "none" ? found : null
}
globalThis.secondSearch = { looking, find, words: second_words }
