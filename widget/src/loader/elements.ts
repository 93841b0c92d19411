// Makes elements by calls alone: a page's policy may forbid HTML from text.

export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  parent?: Node,
  text = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name)
  element.className = className
  element.textContent = text
  parent?.appendChild(element)
  return element
}

/** A speech bubble, or the arrow that closes. */
export function makeIcon(path: string): SVGElement {
  const space = 'http://www.w3.org/2000/svg'
  const icon = document.createElementNS(space, 'svg')
  const line = icon.appendChild(document.createElementNS(space, 'path'))
  for (const [name, value] of [
    ['viewBox', '0 0 24 24'],
    ['fill', 'none'],
    ['stroke', 'currentColor'],
    ['stroke-width', '2'],
    ['stroke-linecap', 'round'],
    ['stroke-linejoin', 'round'],
    ['aria-hidden', 'true'],
  ]) {
    icon.setAttribute(name!, value!)
  }
  line.setAttribute('d', path)
  return icon
}

export const bubble_path = 'M21 11.5a8.4 8.4 0 0 1-12 7.6L3 21l1.9-5.4A8.4 8.4 0 1 1 21 11.5z'
export const arrow_path = 'M6 9l6 6 6-6'
