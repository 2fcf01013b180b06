// A page that is a list of questions or symptoms finds in it as the search does in the site: by the words of an entry,
// and by other words for them. Its groups without any are hidden, and an address that leads to an entry shows it.
{
  const place = document.querySelector(".narrow"), input = place.querySelector("input")
  const heads = [...document.querySelectorAll("article :is(h2, h3)")]
  const below = head => {
    const { nextElementSibling: next } = head
    return next && !/^H[123]$/.test(next.tagName) ? [next, ...below(next)] : []
  }
  const words = parts => {
    const chosen = parts.flatMap(part => [...part.querySelectorAll("strong, .also")])
    return (chosen.length ? chosen : parts).map(part => part.textContent).join(" ")
  }
  const entries = heads.filter(head => head.tagName === "H3").map(head => {
    const parts = [head, ...below(head)], group = heads.slice(0, heads.indexOf(head)).findLast(({ tagName }) => tagName === "H2")
    return { parts, group, doc: { location: `#${head.id}`, title: head.textContent, text: words(parts.slice(1)), code: "" } }
  })

  const KEY = "#find="
  const keep = words => {
    const plain = location.href.split("#")[0]
    if (words || location.hash.startsWith(KEY)) history.replaceState(history.state, "", words ? plain + KEY + encodeURIComponent(words) : plain)
  }
  const asked = () => {
    try {
      return location.hash.startsWith(KEY) ? decodeURIComponent(location.hash.slice(KEY.length)) : ""
    } catch {
      return ""
    }
  }

  // The field stays where the reader sees it; what is left begins below it.
  const settle = () => {
    const first = heads.find(head => head.checkVisibility() && place.compareDocumentPosition(head) & Node.DOCUMENT_POSITION_FOLLOWING)
    const over = first ? place.getBoundingClientRect().bottom - first.getBoundingClientRect().top : 0
    if (over > 0) scrollBy({ top: -over, behavior: "instant" })
  }
  const lead = Object.assign(document.createElement("a"), { className: "none" })
  const site = { ko: words => `사이트 전체에서 ‘${words}’ 찾기`, en: words => `Search the whole site for “${words}”` }[document.documentElement.lang]

  let search
  const show = async (value, composing) => {
    const words = value.trim()
    search ??= (await momentsEngine())(entries.map(({ doc }) => doc), document.documentElement.lang)
    // A letter of Hangul that is still being put together is not yet asked for.
    const { found, nearest } = search.narrowed(value.replace(/[ㄱ-ㅣ]$/, ""))
    if (value !== input.value || composing && !found.length) return
    const shown = new Set(found.length ? found : nearest)
    for (const { parts, doc } of entries) for (const part of parts) part.classList.toggle("away", !shown.has(doc))
    for (const group of new Set(entries.map(({ group }) => group))) {
      group.classList.toggle("away", entries.every(entry => entry.group !== group || !shown.has(entry.doc)))
    }
    for (const part of below(place)) part.classList.toggle("away", words)
    keep(words)
    Object.assign(lead, { textContent: site(words), href: `?${new URLSearchParams({ q: words })}` })
    settle()
    return { left: found.length, nearest: nearest.length }
  }

  input.value ||= asked()
  const narrow = narrowing(input, entries.length, show, lead)
  addEventListener("hashchange", async () => {
    const goal = document.getElementById(location.hash.slice(1))
    if (!asked() && !goal?.matches(".away")) return
    input.value = asked()
    await narrow()
    goal?.scrollIntoView()
  })
}
