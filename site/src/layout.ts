// The frame around each page: its head, the navigation, and what leads to the pages before and after it.
import { escapeHtml } from './html.ts'
import type { Page } from './pages.ts'
import type { Heading, Rendered } from './render.ts'

/** Addresses of the files that every page loads, below `/docs/`. */
export interface Assets {
  style: string
  theme: string
  icon: string
  script: string
  search: string
}

export function renderLayout(page: Page, { html, headings }: Rendered, pages: readonly Page[], assets: Assets): string {
  const at = pages.indexOf(page)
  const title = page.name === '' ? 'Parley documentation' : `${page.title} · Parley`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
${page.summary ? `<meta name="description" content="${escapeHtml(page.summary)}">\n` : ''}<link rel="icon" href="${assets.icon}">
<link rel="stylesheet" href="${assets.style}">
<script src="${assets.theme}"></script>
<script type="module" src="${assets.script}"></script>
</head>
<body data-search="${assets.search}">
<a class="skip" href="#content">Skip to the content</a>
<header>
<a class="brand" href="./">Parley <span>docs</span></a>
<div id="tools"></div>
<a href="api/">API reference</a>
</header>
<div class="columns">
${renderNavigation(page, pages)}
<main id="content">
${html}${renderNeighbours(pages[at - 1], pages[at + 1])}</main>
${renderContents(headings)}
</div>
</body>
</html>
`
}

/** Closed on narrow screens, where the style shows its button. */
function renderNavigation(page: Page, pages: readonly Page[]): string {
  const groups = Map.groupBy(
    pages.filter(({ group }) => group !== ''),
    ({ group }) => group,
  )
  const lists = [...groups].map(([group, members]) => {
    const items = members.map((one) => {
      const current = one === page ? ' aria-current="page"' : ''
      return `<li><a href="${one.name}"${current}>${escapeHtml(one.title)}</a></li>`
    })
    return `<h2>${escapeHtml(group)}</h2>\n<ul>\n${items.join('\n')}\n</ul>`
  })
  return `<details class="pages" open><summary>All pages</summary>\n<nav aria-label="Pages">\n${lists.join('\n')}\n</nav></details>`
}

function renderContents(headings: readonly Heading[]): string {
  const shown = headings.filter(({ depth }) => depth === 2)
  if (shown.length < 2) return ''
  const items = shown.map(({ text, anchor }) => `<li><a href="#${anchor}">${escapeHtml(text)}</a></li>`)
  return `<nav class="contents" aria-label="On this page">\n<h2>On this page</h2>\n<ul>\n${items.join('\n')}\n</ul>\n</nav>`
}

function renderNeighbours(before: Page | undefined, after: Page | undefined): string {
  const linkTo = (page: Page | undefined, rel: string, word: string) =>
    page ? `<a rel="${rel}" href="${page.name || './'}"><small>${word}</small> ${escapeHtml(page.title)}</a>` : ''
  return `<nav class="neighbours" aria-label="Before and after">${linkTo(before, 'prev', 'Before')}${linkTo(after, 'next', 'Next')}</nav>\n`
}
