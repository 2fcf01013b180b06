// The search: what pages hold, ranked by MiniSearch, and told to the theme in the shape in which it expects it.
import MiniSearch from "minisearch"
import words from "./words.json"

const GREEK = { β: "beta", ε: "eps", θ: "theta", λ: "lambda", κ: "kappa", ρ: "rho", σ: "sigma", η: "eta", η̂: "eta" }
const FIELDS = { title: 3, page: 2, text: 1, code: 0.3 }
const TOKEN = /\d+(?:\.\d+)?e-?\d+|\d+\.\d+|\p{Script=Hangul}+|[\p{L}\p{N}_]+/gu
const RARE = 6  // sections: a word that no more have is most often a name, and what the question is about
const HANGUL = /\p{Script=Hangul}/u

const plain = text => text.normalize("NFKC").toLowerCase().replace(/[βεθλκρση]/g, letter => GREEK[letter])
const tokens = text => plain(text).match(TOKEN) ?? []
const pairs = word => [...word].slice(1).map((letter, i) => word[i] + letter)

export const make = (docs, language) => {
  const { stop, endings, same } = words[language], silent = new Set(stop)
  const tail = new RegExp(`(?<=..)(?:${endings.join("|")})$`, "u")
  const bare = word => tail.test(word) ? bare(word.replace(tail, "")) : word  // 텐서플로에서는: 텐서플로, and so 텐서플
  const stem = word => HANGUL.test(word) ? bare(word) : word.length > 3 ? word.replace(/(?<!s)s$/, "") : word
  const terms = word => HANGUL.test(word) ? [...new Set([stem(word), ...pairs(word)])]
    : [...new Set([stem(word), ...word.includes("_") ? word.split("_").filter(Boolean) : []])]

  // What is said in several ways: each way leads to all.
  const ways = new Map(same.flatMap(group => group.map(way => [tokens(way).map(stem).join(" "), group])))
  const longest = Math.max(...[...ways.keys()].map(way => way.split(" ").length))

  const pages = new Map(docs.filter(doc => !doc.location.includes("#")).map(doc => [doc.location, doc]))
  const page = doc => doc.location.split("#")[0]
  const kind = doc => Object.entries(words.kinds).findLast(([start]) => doc.location.startsWith(start))?.[1] ?? 1
  const boost = doc => doc.text ? kind(doc) : 0.5
  const index = new MiniSearch({
    idField: "location", fields: Object.keys(FIELDS), tokenize: tokens, processTerm: terms,
    extractField: (doc, name) => name === "page" ? pages.get(page(doc))?.title ?? "" : doc[name] ?? "",
  })
  index.addAll(docs)
  const titles = new Map(docs.map(doc => [doc.location, new Set(tokens(doc.title).map(stem))]))
  const known = new Map(docs.map(doc => [doc.location, doc]))

  // A question as concepts: each a list of ways to say it, each way a list of words.
  const concepts = query => {
    const all = tokens(query), said = all.filter(word => !silent.has(word)), list = said.length ? said : all
    const ideas = []
    for (let i = 0; i < list.length;) {
      let n = Math.min(longest, list.length - i)
      while (n > 1 && !ways.has(list.slice(i, i + n).map(stem).join(" "))) n--
      const own = list.slice(i, i + n), group = ways.get(own.map(stem).join(" "))
      ideas.push([own, ...(group ?? []).map(way => tokens(way).filter(word => !silent.has(word)))])
      i += n
    }
    return ideas
  }

  // How much of a way of saying stands in a result: of Hangul, most of its pairs; of the rest, every word.
  const share = (way, there) => Math.min(...way.map(word => {
    const [whole, ...parts] = terms(word)
    if (there.has(whole)) return 1
    if (!HANGUL.test(word)) return 0
    const near = pairs(stem(word))
    const part = near.filter(pair => there.has(pair)).length / (near.length || 1)
    return part >= 0.6 ? part : 0
  }))

  // What a way of saying finds, each with its score.
  const found = way => index.search(way.join(" "), {
    boost: FIELDS, prefix: term => !HANGUL.test(term) && term.length > 3, weights: { prefix: 0.1, fuzzy: 0.1 }, bm25: { k: 1.2, b: 0.9, d: 0.5 },
    fuzzy: term => !HANGUL.test(term) && term.length > 5 ? 0.15 : 0, maxFuzzy: 1,
  }).map(({ id, score, queryTerms }) => [id, score * share(way, new Set(queryTerms)) ** 2]).filter(([, score]) => score)

  // Of each concept the best way counts; a section that lacks a concept falls far behind.
  const scored = wanted => {
    const scores = new Map()
    wanted.forEach((ways, i) => ways.forEach((way, second) => {
      for (const [id, score] of found(way)) {
        if (!scores.has(id)) scores.set(id, wanted.map(() => 0))
        const list = scores.get(id)
        list[i] = Math.max(list[i], second ? 0.8 * score : score)
      }
    }))
    // What is rare says more; what stands nowhere says nothing.
    const weights = wanted.map(([own], i) => {
      const all = [...scores.values()].map(list => list[i]), name = !HANGUL.test(own[0]) && all.filter(Boolean).length <= RARE
      return Math.max(...all) ** 0.5 * (name ? 2.5 : 1)
    })
    const all = weights.reduce((sum, weight) => sum + weight, 0)
    return [...scores].map(([id, list]) => {
      const doc = known.get(id), covered = weights.reduce((sum, weight, i) => sum + (list[i] ? weight : 0), 0) / all
      const named = wanted.every(ways => ways.some(way => way.every(word => titles.get(id).has(stem(word)))))
      const title = [...titles.get(id)], asked = new Set(wanted.flat(2).map(stem))
      const fit = named ? title.filter(word => asked.has(word)).length / title.length : 0
      const more = 1 + fit ** 2 * (doc.location.includes("#") ? 1 : 4)
      return { doc, shares: list, score: list.reduce((sum, part) => sum + part ** 0.5, 0) * covered ** 3 * boost(doc) * more }
    }).sort((a, b) => b.score - a.score)
  }

  const escape = text => text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt()};`)
  const signs = Object.fromEntries(Object.entries(GREEK).map(([sign, name]) => [name, sign]))
  const printed = pattern => pattern.replace(new RegExp(Object.values(GREEK).join("|"), "g"), name => `(?:${name}|${signs[name]})`)
    .replace(/\d/g, digit => `[${digit}${"₀₁₂₃₄₅₆₇₈₉"[digit]}]`).replace("_hat", "(?:_hat|\u0302)")
  const letters = word => [...word].map(letter => letter.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
  const shape = word => HANGUL.test(word) ? letters(stem(word)).join("\\s?") : `(?<![\\w])${printed(letters(stem(word)).join(""))}\\w*`
  const marked = (text, pattern) => {
    let out = "", end = 0
    for (const match of pattern ? text.matchAll(pattern) : []) {
      out += escape(text.slice(end, match.index)) + `<mark>${escape(match[0])}</mark>`
      end = match.index + match[0].length
    }
    return out + escape(text.slice(end))
  }

  // The part of a text in which most of what was asked stands.
  const excerpt = (text, pattern, room = 220) => {
    const places = pattern ? [...text.matchAll(pattern)] : []
    const within = start => new Set(places.filter(({ index }) => index >= start && index < start + room)
      .map(([found]) => found.toLowerCase())).size
    const best = places.reduce((best, { index }) => within(index) > within(best) ? index : best, places[0]?.index ?? 0)
    let start = Math.max(0, best - 40), end = Math.min(text.length, start + room)
    if (start) start = text.indexOf(" ", start) + 1 || start
    if (end < text.length) end = Math.max(text.lastIndexOf(" ", end), start + room / 2)
    return (start ? "… " : "") + marked(text.slice(start, end), pattern) + (end < text.length ? " …" : "")
  }

  const item = ({ doc, score = 0, shares = [] }, wanted, pattern) => ({
    location: doc.location, title: marked(doc.title, pattern), text: excerpt(doc.text, pattern), score,
    terms: Object.fromEntries(wanted.map(([own], i) => [own.join(" "), shares[i] > 0])),
  })

  // The theme shows the text of sections, not of what heads a result: a question brings its answer in its title.
  const answered = item => ({ ...item, title: `${item.title}<span>${item.text}</span>` })

  // Two questions may come before the best page, not three.
  const mixed = groups => {
    const first = groups.findIndex(([key]) => !key.includes("#"))
    return first > 2 ? groups.toSpliced(first, 1).toSpliced(2, 0, groups[first]) : groups
  }

  // What the word that is being typed may become.
  const begun = (query, word) => plain(query).endsWith(word) && word.length > 1
    ? [...ways].filter(([way]) => way.startsWith(word)).flatMap(([, group]) => group.map(tokens)) : []

  // Of a list that narrows as one types, what has all that is asked, each thing in one of its ways or by its letters,
  // and where nothing has, what is nearest.
  const narrowed = query => {
    const wanted = concepts(query), last = wanted.at(-1)
    if (last?.length === 1) last.push(...begun(query, last[0].at(-1)))
    const ranked = wanted.length ? scored(wanted) : []
    const shares = new Map(ranked.map(({ doc, shares }) => [doc, shares]))
    const typed = (doc, words) => words.every(word => !/^\d/.test(word) && plain(`${doc.title} ${doc.text}`).includes(word))
    const found = docs.filter(doc => wanted.every(([own], i) => shares.get(doc)?.[i] || typed(doc, own)))
    return { found, nearest: found.length ? [] : ranked.slice(0, 5).map(({ doc }) => doc) }
  }

  // A page with its sections; a question is found on its own.
  return Object.assign(query => {
    const wanted = concepts(query)
    if (!wanted.length) return []
    const all = wanted.flat(2).map(shape)
    const pattern = new RegExp([...new Set(all)].sort((a, b) => b.length - a.length).join("|"), "giu")
    const groups = new Map()
    for (const found of scored(wanted)) {
      const own = page(found.doc), key = own === "questions.html" ? found.doc.location : own
      groups.set(key, [...groups.get(key) ?? [], found])
    }
    return mixed([...groups]).map(([key, list]) => {
      const whole = key.includes("#") || list.some(({ doc }) => doc.location === key)
      const items = (whole ? list : [...list, { doc: pages.get(key) }]).map(one => item(one, wanted, pattern))
      return key.includes("#") ? items.map(answered) : items
    })
  }, { narrowed })
}

globalThis.momentsSearch = make
