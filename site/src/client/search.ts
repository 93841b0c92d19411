// The search, loaded when a reader goes to its field: an index of all sections, and a list that the keyboard moves through.
import MiniSearch from 'minisearch'

interface Section {
  href: string
  /** Whether it belongs to a guide. */
  guide: boolean
  page: string
  heading: string
  text: string
}

const most_found = 12
const around = 70

export async function startSearch(box: Element, address: string): Promise<void> {
  const input = box.querySelector('input')!
  const list = box.querySelector<HTMLElement>('#found')!
  const status = box.querySelector('p')!
  const sections = (await (await fetch(address)).json()) as Section[]
  const index = createIndex(sections)
  let chosen = -1

  const show = () => {
    const words = input.value.trim()
    const found = words === '' ? [] : index.search(words).slice(0, most_found)
    const options = found.map(({ id, terms }, at) => renderOption(sections[id as number]!, terms, at))
    list.replaceChildren(...options)
    list.hidden = options.length === 0
    input.setAttribute('aria-expanded', String(options.length > 0))
    status.textContent = words === '' ? '' : `${options.length || 'No'} sections found`
    status.classList.toggle('unseen', words === '' || options.length > 0)
    choose(-1)
  }
  const choose = (at: number) => {
    chosen = at
    for (const [number, option] of [...list.children].entries()) {
      option.setAttribute('aria-selected', String(number === at))
      if (number === at) option.scrollIntoView({ block: 'nearest' })
    }
    if (at === -1) input.removeAttribute('aria-activedescendant')
    else input.setAttribute('aria-activedescendant', `found-${at}`)
  }
  const close = () => {
    input.value = ''
    show()
  }

  input.addEventListener('input', show)
  input.addEventListener('keydown', (event) => {
    const count = list.children.length
    if (event.key === 'Escape') close()
    else if (event.key === 'ArrowDown' && count > 0) choose((chosen + 1) % count)
    else if (event.key === 'ArrowUp' && count > 0) choose((chosen - 1 + count) % count)
    else if (event.key === 'Enter' && count > 0) (list.children[Math.max(chosen, 0)] as HTMLElement).click()
    else return
    event.preventDefault()
  })
  list.addEventListener('click', close)
  document.addEventListener('click', ({ target }) => {
    if (!box.contains(target as Node)) list.hidden = true
  })
  show()
}

function createIndex(sections: readonly Section[]): MiniSearch {
  const index = new MiniSearch({
    fields: ['heading', 'page', 'text'],
    searchOptions: {
      ...{ boost: { heading: 4, page: 3 }, prefix: true, fuzzy: 0.15, combineWith: 'AND' },
      // What is meant to be read comes before what is looked up.
      boostDocument: (id: number) => (sections[id]!.guide ? 2 : 1),
    },
  })
  index.addAll(sections.map((section, id) => ({ id, ...section })))
  return index
}

function renderOption({ href, page, heading, text }: Section, terms: string[], at: number): Element {
  const option = document.createElement('a')
  option.id = `found-${at}`
  option.role = 'option'
  option.href = href
  // The field keeps the focus.
  option.tabIndex = -1
  const title = document.createElement('b')
  title.textContent = heading === '' ? page : `${page}: ${heading}`
  const excerpt = document.createElement('span')
  excerpt.append(...markTerms(cutAround(text, terms), terms))
  option.append(title, excerpt)
  return option
}

function cutAround(text: string, terms: string[]): string {
  const places = terms.map((term) => text.toLowerCase().indexOf(term)).filter((place) => place >= 0)
  const place = Math.min(...places)
  if (!Number.isFinite(place)) return text.slice(0, 2 * around)
  const start = Math.max(0, place - around)
  return `${start > 0 ? '…' : ''}${text.slice(start, place + around)}…`
}

function markTerms(text: string, terms: string[]): (string | Element)[] {
  const pattern = new RegExp(`(${terms.map((term) => term.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`, 'i')
  return text.split(pattern).map((part, at) => {
    if (at % 2 === 0) return part
    return Object.assign(document.createElement('mark'), { textContent: part })
  })
}
