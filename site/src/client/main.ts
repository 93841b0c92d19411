// What a page can do beyond being read: choose a theme, search, copy code. Without scripts nothing of it is shown.
const tools = document.querySelector('#tools')!

addThemeButton()
addSearch()
addCopyButtons()
// Closed where it would stand between the reader and the page.
if (matchMedia('(width < 56rem)').matches) document.querySelector('.pages')!.removeAttribute('open')

function addThemeButton(): void {
  const root = document.documentElement
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Theme' })
  const isDark = () =>
    root.dataset['theme'] ? root.dataset['theme'] === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  const describe = () => button.setAttribute('aria-label', isDark() ? 'Use the light theme' : 'Use the dark theme')
  button.addEventListener('click', () => {
    root.dataset['theme'] = isDark() ? 'light' : 'dark'
    try {
      localStorage.setItem('parley-theme', root.dataset['theme'])
    } catch {
      // Storage is forbidden: the choice lasts as long as the page.
    }
    describe()
  })
  describe()
  tools.append(button)
}

function addSearch(): void {
  const box = document.createElement('div')
  box.className = 'search'
  box.innerHTML = `<input type="search" placeholder="Search ( / )" aria-label="Search the documentation" autocomplete="off" spellcheck="false"
    role="combobox" aria-expanded="false" aria-controls="found" aria-autocomplete="list"><div id="found" role="listbox" aria-label="Found sections" hidden></div><p role="status" class="unseen"></p>`
  tools.prepend(box)
  const input = box.querySelector('input')!
  const load = () => import('./search.ts').then(({ startSearch }) => startSearch(box, document.body.dataset['search']!))
  input.addEventListener('focus', () => void load().catch(() => (input.placeholder = 'Search is not available')), {
    once: true,
  })
  document.addEventListener('keydown', (event) => {
    const isTyping = (event.target as Element).closest('input, textarea, select, [contenteditable]')
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    input.focus()
  })
}

function addCopyButtons(): void {
  for (const block of document.querySelectorAll('pre')) {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Copy' })
    button.className = 'copy'
    button.addEventListener('click', () => {
      const done = navigator.clipboard.writeText(block.querySelector('code')!.textContent!)
      void done.then(
        () => (button.textContent = 'Copied'),
        () => (button.textContent = 'Not allowed'),
      )
    })
    const frame = document.createElement('div')
    frame.className = 'block'
    block.replaceWith(frame)
    frame.append(block, button)
  }
}
