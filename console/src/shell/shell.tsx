// The frame around every page: the navigation beside it, or above it on narrow screens.
import { Link, Outlet } from '@tanstack/react-router'
import { Suspense, useState } from 'react'
import { useSession, useSessionControl } from '../session/session-context.ts'
import { texts } from '../texts/index.ts'
import { Icon, Mark } from '../ui/icons.tsx'
import { lazily } from '../ui/lazily.ts'
import { useNavigation } from './navigation.ts'
import { useKeys } from '../ui/use-keys.ts'
import { shellTexts } from './texts.ts'

// Menus and dialogs are loaded after the first screen.
const AccountMenu = lazily(async () => (await import('./account-menu.tsx')).AccountMenu)
const BudgetNotice = lazily(async () => (await import('../billing/budget-notice.tsx')).BudgetNotice)
const StandingBar = lazily(async () => (await import('./standing-bar.tsx')).StandingBar)
const ShortcutsDialog = lazily(async () => (await import('./shortcuts-dialog.tsx')).ShortcutsDialog)

const itemClasses =
  'group flex h-8 items-center gap-2.5 rounded-md px-2 text-soft hover:bg-hover hover:text-ink aria-[current]:bg-accent-wash aria-[current]:font-medium aria-[current]:text-accent-strong'

export function Shell() {
  const { session } = useSessionControl()
  const [areShortcutsShown, setShortcutsShown] = useState(false)
  const hasStanding = session !== null && (session.view !== null || session.organization.status === 'suspended')
  useKeys({ '?': () => setShortcutsShown(true) })
  // After sign-out, the router is about to navigate away.
  if (session === null) return null
  return (
    <div className="flex h-full flex-col wide:flex-row">
      <a
        href="#content"
        className="absolute top-2 left-2 z-50 -translate-y-16 rounded-md bg-accent px-3 py-2 text-accent-ink focus:translate-y-0"
      >
        {shellTexts.nav.skip}
      </a>
      <Navigation onShortcuts={() => setShortcutsShown(true)} />
      <main id="content" tabIndex={-1} className="flex min-h-0 min-w-0 flex-1 flex-col outline-none">
        {session.scopes.has('billing:manage') && (
          <Suspense>
            <BudgetNotice key={session.identity} />
          </Suspense>
        )}
        <Suspense>{hasStanding && <StandingBar />}</Suspense>
        {/* Another user must not see what the previous one was writing. */}
        <Outlet key={session.identity} />
      </main>
      <Suspense>{areShortcutsShown && <ShortcutsDialog open onOpenChange={setShortcutsShown} />}</Suspense>
    </div>
  )
}

function Navigation({ onShortcuts }: { onShortcuts: () => void }) {
  const { organization } = useSession()
  return (
    <nav
      aria-label={shellTexts.nav.label}
      className="flex shrink-0 items-center gap-1 border-b border-line bg-canvas px-3 py-1.5 max-[36rem]:px-2 wide:w-46 wide:flex-col wide:items-stretch wide:border-r wide:border-b-0 wide:px-2.5 wide:py-3"
    >
      <div className="mr-2 flex min-w-0 items-center gap-2.5 px-1 max-[36rem]:mr-0 wide:mr-0 wide:mb-4 wide:px-1.5">
        <Mark className="shrink-0" />
        <span className="min-w-0 max-wide:sr-only">
          <span className="block text-base leading-tight font-semibold">{texts.product}</span>
          <span className="block truncate text-xs text-faint" title={organization.name}>
            {organization.name}
          </span>
        </span>
      </div>
      <ul className="flex min-w-0 flex-1 gap-0.5 wide:flex-col">
        {useNavigation('main').map(({ to, icon, name }) => (
          <li key={to} className="min-w-8">
            <Link
              to={to}
              title={name}
              className={itemClasses}
              activeProps={{ 'aria-current': 'page' }}
              activeOptions={{ includeSearch: false }}
            >
              <Icon name={icon} className="shrink-0" />
              {/* On narrow screens only the current page has a visible name, on the narrowest none. */}
              <span className="truncate max-[27rem]:sr-only max-[36rem]:group-[:not([aria-current])]:sr-only">
                {name}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      <a
        href="/docs/"
        target="_blank"
        rel="noreferrer"
        className={`${itemClasses} max-wide:sr-only max-wide:focus:not-sr-only`}
      >
        <Icon name="book" />
        {shellTexts.nav.reference}
      </a>
      <Suspense fallback={<span className="size-8" />}>
        <AccountMenu onShortcuts={onShortcuts} />
      </Suspense>
    </nav>
  )
}
