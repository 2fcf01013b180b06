// A figure as a PNG, in the light palette on white. An SVG that is drawn as an image does not see the fonts of the page,
// and from a folder their files cannot be read; so its shapes are drawn as an image and its words with the page's fonts.
{
  const WIDTH = 1600
  const encode = text => new TextEncoder().encode(text)

  // The figure once more where nobody sees it: what its words look like there is asked of the browser.
  const copied = svg => {
    const host = document.createElement("div"), copy = svg.cloneNode(true)
    Object.assign(host, { className: "figure", inert: true, style: "position: fixed; left: 0; top: 0; width: 800px; visibility: hidden; --paper: #fff" })
    host.dataset.mdColorScheme = "default"
    host.append(copy)
    document.body.append(host)
    return { host, copy }
  }

  const shapes = async (host, copy, width, height) => {
    const bare = copy.cloneNode(true), colours = getComputedStyle(host)
    for (const text of bare.querySelectorAll("text")) text.remove()
    for (const image of bare.querySelectorAll("image")) image.style.mixBlendMode = "multiply"
    bare.setAttribute("width", width)
    bare.setAttribute("height", height)
    const drawn = new XMLSerializer().serializeToString(bare).replace(/var\((--[\w-]+)\)/g, (_, name) => colours.getPropertyValue(name).trim())
    const image = new Image()
    image.src = `data:image/svg+xml,${encodeURIComponent(drawn)}`
    await image.decode()
    return image
  }

  const opacity = (element, root) => element === root ? 1 : getComputedStyle(element).opacity * opacity(element.parentElement, root)
  const words = async (canvas, copy, scale) => {
    for (const element of copy.querySelectorAll("text, tspan")) {
      const own = [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE)
      const text = own.map(node => node.data).join("").replace(/\s+/g, " ").trim()
      if (!text) continue
      const style = getComputedStyle(element), { x, y } = element.getStartPositionOfChar(0)
      const { a, b, c, d, e, f } = copy.getScreenCTM().inverse().multiply(element.getScreenCTM())
      const font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`
      await document.fonts.load(font, text)
      canvas.setTransform(...[a, b, c, d, e, f].map(part => part * scale))
      Object.assign(canvas, { font, fontKerning: "normal", textRendering: "geometricPrecision", lineJoin: style.strokeLinejoin,
        lineWidth: parseFloat(style.strokeWidth), strokeStyle: style.stroke, fillStyle: style.fill, globalAlpha: opacity(element, copy) * style.fillOpacity })
      if (style.stroke !== "none") canvas.strokeText(text, x, y)
      canvas.fillText(text, x, y)
    }
  }

  // What a PNG says of itself: pieces of text behind its head, which is 33 bytes long.
  const check = bytes => {
    let sum = -1
    for (const byte of bytes) {
      sum ^= byte
      for (let bit = 0; bit < 8; bit++) sum = sum >>> 1 ^ 0xedb88320 & -(sum & 1)
    }
    return ~sum
  }
  const piece = ([name, text]) => {
    const body = encode(`iTXt${name}\0\0\0\0\0${text}`), out = new DataView(new ArrayBuffer(body.length + 8))
    out.setUint32(0, body.length - 4)
    new Uint8Array(out.buffer).set(body, 4)
    out.setInt32(body.length + 4, check(body))
    return out.buffer
  }
  const told = (drawing, name) => {
    const caption = drawing.closest("figure")?.querySelector("figcaption")?.innerText
    const version = document.querySelector(".version")?.innerText ?? ""
    return [["Title", name], ["Description", caption ?? drawing.querySelector("svg").getAttribute("aria-label")],
      ["Source", location.protocol === "file:" ? document.title : location.href.split("#")[0]],
      ["Copyright", `Moments ${version}, CC BY 4.0, https://creativecommons.org/licenses/by/4.0/`]]
  }

  globalThis.momentsPicture = async drawing => {
    const svg = drawing.querySelector("svg"), name = drawing.dataset.figure, { width, height } = svg.viewBox.baseVal
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: Math.round(WIDTH / width * height) })
    const paint = canvas.getContext("2d"), { host, copy } = copied(svg)
    try {
      paint.fillStyle = "#fff"
      paint.fillRect(0, 0, canvas.width, canvas.height)
      paint.drawImage(await shapes(host, copy, canvas.width, canvas.height), 0, 0)
      await words(paint, copy, WIDTH / width)
    } finally {
      host.remove()
    }
    const png = await new Promise(resolve => canvas.toBlob(resolve))
    const whole = new Blob([png.slice(0, 33), ...told(drawing, name).map(piece), png.slice(33)], { type: "image/png" })
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(whole), download: `${name}.png` })
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60000)
  }
}
