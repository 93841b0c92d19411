// The frame around every page of the settings: their menu beside it, or above it on narrow screens.
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useNavigation } from '../shell/navigation.ts'
import { settingsTexts as words } from './texts.ts'

export function SettingsFrame() {
  const list = useRef<HTMLElement>(null)
  const path = useLocation({ select: ({ pathname }) => pathname })
  // On narrow screens the menu is wider than the screen.
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [path])
  return (
    <div className="flex min-h-0 flex-1 flex-col wide:flex-row">
      <nav
        ref={list}
        aria-label={words.label}
        className="shrink-0 overflow-x-auto border-b border-line px-3 py-1.5 wide:w-44 wide:border-r wide:border-b-0 wide:px-2.5 wide:py-3"
      >
        <p className="mb-2 px-2 pt-1 text-lg font-semibold max-wide:hidden">{words.label}</p>
        <ul className="flex gap-0.5 wide:flex-col">
          {useNavigation('settings').map(({ to, name }) => (
            <li key={to}>
              <Link
                to={to}
                className="flex h-8 items-center rounded-md px-2 whitespace-nowrap text-soft hover:bg-hover hover:text-ink aria-[current]:bg-sunken aria-[current]:font-medium aria-[current]:text-ink"
                activeProps={{ 'aria-current': 'page' }}
                activeOptions={{ includeSearch: false }}
              >
                {name}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Outlet />
    </div>
  )
}
