// The layout of a page in the settings: title, introduction, actions and sections.
import type { Scope } from '@parley/contract'
import type { ReactNode } from 'react'
import { useSession } from '../session/session-context.ts'
import { useTitle } from '../shell/use-title.ts'
import { settingsTexts as words } from './texts.ts'
import { Icon } from '../ui/icons.tsx'
import { holdsAny } from '../session/rights.ts'

interface PageProps {
  title: string
  intro?: ReactNode
  action?: ReactNode
  children: ReactNode
}

export function SettingsPage({ title, intro, action, children }: PageProps) {
  useTitle(title)
  return (
    <div
      role="group"
      aria-label={title}
      // It scrolls, and may contain nothing else that takes the focus.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="min-h-0 min-w-0 flex-1 overflow-y-auto outline-none focus-visible:shadow-[inset_0_0_0_2px_var(--color-accent)]"
    >
      <div className="flex max-w-4xl flex-col gap-5 px-4 py-4 wide:px-7 wide:py-5">
        <header className="flex flex-wrap items-start gap-x-4 gap-y-2">
          <div className="min-w-0 flex-1 basis-72">
            <h1 className="text-lg font-semibold break-words">{title}</h1>
            {intro && <p className="mt-0.5 max-w-prose text-soft text-pretty">{intro}</p>}
          </div>
          {action && <div className="flex flex-wrap gap-2">{action}</div>}
        </header>
        {children}
      </div>
    </div>
  )
}

interface SectionProps {
  title: string
  intro?: ReactNode
  action?: ReactNode
  children?: ReactNode
}

export function Section({ title, intro, action, children }: SectionProps) {
  return (
    <section aria-label={title} className="rounded-lg border border-line bg-surface">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2.5 last:border-b-0">
        <div className="min-w-0 flex-1 basis-60">
          <h2 className="font-semibold">{title}</h2>
          {intro && <p className="text-xs text-faint text-pretty">{intro}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  )
}

interface NeedsProps {
  /** One of them is enough. */
  scopes: readonly Scope[]
  /** What the scopes allow, as in "see members". */
  to: string
  children: ReactNode
}

/** Shows its children to callers who have a scope, and tells others which one they need. */
export function Needs({ scopes, to, children }: NeedsProps) {
  return holdsAny(useSession(), scopes) ? children : <Refused>{words.needs(to, scopes)}</Refused>
}

export function Refused({ children }: { children: ReactNode }) {
  return (
    <p className="flex items-start gap-2.5 rounded-lg bg-sunken px-4 py-3 text-soft">
      <Icon name="lock" className="mt-px shrink-0 text-faint" />
      <span>{children}</span>
    </p>
  )
}
