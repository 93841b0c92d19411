// The panel that holds the frame: its look, its place, and what it does to the page: on a narrow screen it locks the page's scrolling.
import type { Bridge } from './bridge.ts'

const most = 'max-width:calc(100vw - 2*var(--x));max-height:calc(100vh - 2*var(--y) - var(--s) - 14px)'

const style = [
  '.o .i{width:14px;height:14px;border-radius:0;background:0 0;border:solid;border-width:0 3px 3px 0;rotate:45deg}',
  '.n{position:absolute;top:-4px;right:-4px;padding:0 6px;border-radius:10px;background:#c5221f;color:#fff;font-size:12px}',
  `.p{position:fixed;z-index:var(--z);right:var(--e);left:var(--f);bottom:calc(var(--y) + var(--s) + 14px);width:var(--w);height:var(--h);${most};border-radius:var(--c);overflow:hidden;background:#fff;box-shadow:0 2px 6px #0002,0 12px 40px #0003}`,
  '.d .p{background:#161b1e}',
  '.p:not(.o *){visibility:hidden;opacity:0;translate:0 9px}',
  'iframe{display:block;width:100%;height:100%;border:0}',
  '.w .p,.a .p{inset:var(--t) auto auto var(--q);width:var(--u);height:var(--v);max-width:none;max-height:none;border-radius:0}',
  '.a .p{position:static;width:100%;height:100%;box-shadow:none}',
  '.w.o .l,.o .g{display:none}',
  '@media(prefers-reduced-motion:no-preference){.p{transition:opacity .18s,translate .18s,visibility .18s}}',
  '@media(forced-colors:active){.p{border:1px solid}}',
].join('')

/** Of an element of the page that the chat fills. */
const filling_style = ':host{display:block!important;height:100%!important}.a{height:100%}'

const narrow_below = 480

export interface Panel {
  layOut(): void
  remove(): void
}

export function createPanel({ all, button, shown, isFilling }: Bridge, frame: HTMLIFrameElement): Panel {
  const page = document.documentElement
  const root = all.getRootNode() as ShadowRoot
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(style + (isFilling ? filling_style : ''))
  root.adoptedStyleSheets.push(sheet)
  const panel = document.createElement('div')
  panel.className = 'p'
  panel.append(frame)
  all.append(panel)
  let overflow: string | null = null
  let wasOpen = false
  /** What had the focus before the chat. */
  let before: Element | null = null

  /** The page behind a chat that fills the screen does not scroll. */
  const lock = (isLocked: boolean) => {
    if (isLocked === (overflow !== null)) return
    const held = overflow ?? ''
    overflow = isLocked ? page.style.overflow : null
    page.style.overflow = isLocked ? 'hidden' : held
  }
  /** In at open, back at close, and never from where the visitor has gone meanwhile. */
  const moveFocus = () => {
    if (shown.isOpen === wasOpen) return
    wasOpen = shown.isOpen
    if (wasOpen) {
      if (!shown.isAsked) return
      before = root.activeElement ?? document.activeElement
      frame.focus()
    } else if (root.activeElement === frame) {
      const isThere = before instanceof HTMLElement && before !== document.body && before.isConnected
      ;(isThere ? (before as HTMLElement) : button).focus()
    }
  }

  return {
    layOut() {
      const seen = visualViewport ?? { width: innerWidth, height: innerHeight, offsetLeft: 0, offsetTop: 0, scale: 1 }
      const { width, height, offsetLeft, offsetTop, scale } = seen
      const isNarrow = width * scale < narrow_below && !isFilling
      all.classList.toggle('w', isNarrow)
      all.classList.toggle('a', isFilling)
      // What a visitor has enlarged stays, so that they can move about in it.
      if (scale <= 1) {
        for (const [name, length] of Object.entries({ q: offsetLeft, t: offsetTop, u: width, v: height }))
          all.style.setProperty(`--${name}`, `${length}px`)
      }
      lock(shown.isOpen && isNarrow)
      moveFocus()
    },
    remove() {
      lock(false)
      panel.remove()
    },
  }
}

/** How many messages are unread, at the launcher. */
export function createBadge({ button, shown, words }: Bridge): (count: number) => void {
  const badge = document.createElement('span')
  badge.className = 'n'
  button.append(badge)
  return (count) => {
    const isTold = count > 0 && !shown.isOpen
    badge.hidden = !isTold
    badge.textContent = String(count)
    if (isTold) button.ariaLabel = `${words().open}, ${words().unread.replace('{n}', String(count))}`
  }
}
