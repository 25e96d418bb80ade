// A part of the page as an SVG of its own: boxes, lines and texts as they stand, colours written out.

/**
 * @param {(Element | null)[]} parts
 * @returns {{ text: string, wide: number, high: number }}
 */
export function drawing(parts) {
  const nodes = parts.filter((part) => part !== null);
  const boxes = nodes.map((node) => node.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const wide = Math.ceil(Math.max(...boxes.map((box) => box.right)) - left);
  const high = Math.ceil(Math.max(...boxes.map((box) => box.bottom)) - top) + 8;
  const widget = nodes[0]?.closest(".cnn-widget");
  const ground = widget ? getComputedStyle(widget).backgroundColor : "#fff";
  const body = nodes.flatMap((node) => marks(node, left, top)).join("");
  const size = `width="${wide}" height="${high}" viewBox="0 0 ${wide} ${high}"`;
  const text = `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif"><rect width="100%" height="100%" fill="${ground}"/>${body}</svg>`;
  return { text, wide, high };
}

/**
 * @param {Element} root
 * @param {number} left
 * @param {number} top
 * @returns {string[]}
 */
function marks(root, left, top) {
  const found = [];
  for (const node of [root, ...root.querySelectorAll("*")]) {
    const box = node.getBoundingClientRect();
    const style = getComputedStyle(node);
    if (!box.width || style.visibility === "hidden" || node.closest(".cnn-air")) continue;
    const at = `x="${box.left - left}" y="${box.top - top}" width="${box.width}" height="${box.height}"`;
    if (node.tagName === "line")
      found.push(lineOf(/** @type {SVGLineElement} */ (node), style, left, top));
    else if (!(node instanceof SVGElement)) {
      const edge = Number.parseFloat(style.borderTopWidth) && style.borderTopStyle !== "none";
      const filled = !/, 0\)$|\/ 0\)$|transparent/.test(style.backgroundColor);
      const stroke = edge
        ? ` stroke="${style.borderTopColor}" stroke-width="${Number.parseFloat(style.borderTopWidth)}"`
        : "";
      const dash = edge && style.borderTopStyle === "dashed" ? ' stroke-dasharray="4 3"' : "";
      const round = Math.min(Number.parseFloat(style.borderTopLeftRadius) || 0, box.width / 2);
      if (edge || filled)
        found.push(
          `<rect ${at} rx="${round}" fill="${filled ? style.backgroundColor : "none"}"${stroke}${dash}/>`,
        );
    }
    for (const child of node.childNodes)
      if (child.nodeType === 3) found.push(words(child, style, left, top));
  }
  return found;
}

/**
 * @param {SVGLineElement} node
 * @param {CSSStyleDeclaration} style
 * @param {number} left
 * @param {number} top
 */
function lineOf(node, style, left, top) {
  const page = /** @type {SVGSVGElement} */ (node.ownerSVGElement).getBoundingClientRect();
  const [x1, y1, x2, y2] = [node.x1, node.y1, node.x2, node.y2].map((one) => one.baseVal.value);
  const [dx, dy] = [page.left - left, page.top - top];
  const dash =
    style.strokeDasharray === "none" ? "" : ` stroke-dasharray="${style.strokeDasharray}"`;
  return `<line x1="${x1 + dx}" y1="${y1 + dy}" x2="${x2 + dx}" y2="${y2 + dy}" stroke="${style.stroke}" stroke-width="${style.strokeWidth}" opacity="${style.opacity}"${dash}/>`;
}

/**
 * @param {Node} node
 * @param {CSSStyleDeclaration} style
 * @param {number} left
 * @param {number} top
 */
function words(node, style, left, top) {
  const back = node.parentElement?.classList.contains("cnn-back"); // an arrow that is turned round
  const said = back ? "←" : node.textContent?.trim();
  if (!said) return "";
  const range = document.createRange();
  range.selectNodeContents(node);
  const box = range.getBoundingClientRect();
  const size = Number.parseFloat(style.fontSize);
  const colour = node.parentElement instanceof SVGElement ? style.fill : style.color;
  const place = `x="${box.left - left + box.width / 2}" y="${box.top - top + box.height / 2 + size * 0.35}"`;
  const safe = said.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  return `<text ${place} font-size="${size}" font-weight="${style.fontWeight}" fill="${colour}" text-anchor="middle">${safe}</text>`;
}

/**
 * @param {{ text: string, wide: number, high: number }} drawn
 * @param {number} scale
 * @param {number} [most] width in pixels
 * @returns {Promise<HTMLCanvasElement>}
 */
export async function pixels({ text, wide, high }, scale, most = Number.POSITIVE_INFINITY) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const by = Math.min(scale, most / wide);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(wide * by), Math.round(high * by)];
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}
